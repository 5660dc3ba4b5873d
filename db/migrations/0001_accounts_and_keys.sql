-- One of the site's people, known by the site's own id for them.
create table accounts (
  id uuid primary key,
  external_id text not null unique check (length(external_id) between 1 and 128),
  created_at timestamptz not null default now()
);

-- How a caller proves itself. The secret part is random (190 bits), so an unsalted SHA-256 of it is enough.
create table api_keys (
  id text primary key,
  kind text not null check (kind in ('site', 'account', 'operator')),
  account_id uuid references accounts,
  name text not null check (length(name) between 1 and 255),
  secret_hash bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  check ((kind = 'account') = (account_id is not null))
);
