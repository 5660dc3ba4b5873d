-- What the site is told: a message is written in the transaction of what it tells, while there is an endpoint to tell it to, and
-- delivered by a workflow of its own. One endpoint per installation.
create table webhook_endpoint (
  single boolean primary key default true check (single),
  url text not null,
  -- Sealed (platform/sealing.ts). Both sign as long as both are there.
  secret text not null,
  previous_secret text,
  secret_since timestamptz not null default now(),
  enabled boolean not null default true,
  -- `gone`: it answered 410.
  disabled_because text check (disabled_because in ('gone', 'operator')),
  -- When the first attempt failed that no success has followed.
  failing_since timestamptz,
  delivered_at timestamptz,
  -- It asked to be left alone until then (Retry-After).
  rest_until timestamptz,
  created_at timestamptz not null default now(),
  check (enabled = (disabled_because is null))
);

create table webhook_messages (
  id uuid primary key default gen_random_uuid(),
  type text not null,
  -- Of what it tells: told once, however often it is said.
  key text not null unique,
  account_id uuid references accounts on delete cascade,
  data jsonb not null,
  -- W3C `traceparent` of what it tells of.
  trace_parent text,
  created_at timestamptz not null default now(),
  state text not null default 'pending' check (state in ('pending', 'delivered', 'parked')),
  run integer not null default 1 check (run > 0),
  -- The first run of what was last asked for; those since were lost.
  first_run integer not null default 1,
  -- Of this run.
  attempts integer not null default 0,
  -- The next attempt; none before it.
  due_at timestamptz not null default now(),
  -- The dispatcher's: when to start its workflow, or to look whether it is still there.
  dispatch_at timestamptz default now(),
  finished_at timestamptz,
  -- Why it is parked: a code.
  parked_because text,
  check ((finished_at is null) = (state = 'pending')),
  check ((dispatch_at is null) = (state <> 'pending')),
  check ((parked_because is not null) = (state = 'parked'))
);
create index webhook_messages_due on webhook_messages (dispatch_at) where dispatch_at is not null;
create index webhook_messages_by_state on webhook_messages (state, created_at desc, id desc);
create index webhook_messages_by_time on webhook_messages (created_at desc, id desc);

-- Every answer that was had, or why there was none. Of the answer's body nothing is kept: it may hold anything.
create table webhook_attempts (
  message_id uuid not null references webhook_messages on delete cascade,
  run integer not null,
  attempt integer not null,
  at timestamptz not null default now(),
  duration_ms integer not null,
  status integer,
  error text,
  primary key (message_id, run, attempt),
  check ((status is null) <> (error is null))
);
