-- One file received from a caller. The bytes are in the blob store under blob_key.
create table uploads (
  id uuid primary key,
  account_id uuid not null references accounts,
  state text not null default 'received' check (state in ('received', 'processing', 'ready', 'failed')),
  format text not null,
  blob_key text not null,
  encoding text not null check (encoding in ('identity', 'gzip')),
  stored_bytes bigint not null,
  inflated_bytes bigint not null,
  content_sha256 text not null,
  name text,
  sport text,
  external_id text,
  received_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  trace_parent text,

  -- Which attempt at the whole upload this is; part of the workflow id.
  run integer not null default 1,
  -- When the dispatcher must look at the row (again); null once nothing is left to start.
  dispatch_at timestamptz default now(),

  -- Who works on it. Every result is conditional on claim_token, so that the slower of two loses without effect.
  claim_owner text,
  claim_token bigint not null default 0,
  claim_expires_at timestamptz,
  attempts integer not null default 0,

  processed_by text check (processed_by in ('workflow', 'inline')),
  track_id uuid,
  failure jsonb,
  finished_at timestamptz,
  check ((state = 'ready') = (track_id is not null)),
  check ((state = 'failed') = (failure is not null)),
  check (state in ('received', 'processing') or dispatch_at is null)
);

create index uploads_to_dispatch on uploads (dispatch_at) where dispatch_at is not null;
create index uploads_of_account on uploads (account_id, received_at desc, id);
create index uploads_of_blob on uploads (blob_key);
