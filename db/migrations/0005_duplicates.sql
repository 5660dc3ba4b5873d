-- An account's same bytes are processed once. "Same" is the inflated recording, and only what failed makes room for
-- another try. `is_first` is false for uploads that were doubled before this was so; they stay as they are.
alter table uploads add column is_first boolean not null default true;
update uploads u set is_first = false
 where state <> 'failed'
   and exists (select from uploads earlier
                where earlier.account_id = u.account_id and earlier.content_sha256 = u.content_sha256
                  and earlier.state <> 'failed' and (earlier.received_at, earlier.id) < (u.received_at, u.id));
create unique index uploads_first_of_bytes on uploads (account_id, content_sha256) where is_first and state <> 'failed';

-- Originals whose upload was deleted: from the transaction that deletes the row until the blob is gone, or is found to be
-- in use by another upload. So a process that dies between the two leaves no bytes behind.
create table blob_removals (
  blob_key text primary key,
  requested_at timestamptz not null default now()
);

-- Answers by Idempotency-Key. While the request runs there is no answer, and `claim_token` says which attempt may give it.
create table idempotency_keys (
  account_id uuid not null references accounts,
  operation text not null,
  key text not null check (length(key) between 1 and 255),
  fingerprint text not null,
  claim_token uuid not null,
  claim_expires_at timestamptz not null,
  -- Set in the transaction of the effect, so that whoever takes over from a dead process finds it. No foreign key: the
  -- answer stays the same when the upload is deleted.
  upload_id uuid,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (account_id, operation, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
