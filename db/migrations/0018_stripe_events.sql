-- Stripe's events as they came, one row each, whatever becomes of them. Ids are Stripe's.
create table stripe_events (
  id text primary key,
  -- The connected account it is of; null is our own.
  stripe_account text,
  livemode boolean not null,
  type text not null,
  api_version text,
  -- By Stripe's clock, in whole seconds: two that differ may say the same, so nothing goes by it.
  created timestamptz not null,
  object_type text,
  object_id text,
  -- The bytes that were signed, so that the signature can be checked again. Bytes, since jsonb refuses \u0000. They hold personal
  -- data: retention takes them away and the row stays.
  body bytea,
  -- Of what must be equal in every delivery of one event.
  content_sha256 bytea not null,
  source text not null default 'webhook' check (source in ('webhook', 'reconcile', 'manual')),

  state text not null default 'received' check (state in ('received', 'processing', 'processed', 'ignored', 'dead')),
  -- Why it was ignored, or is dead: a code of ours.
  reason text,
  -- The first that a later order, replay, begins again; as of uploads.
  run integer not null default 1,
  first_run integer not null default 1,
  -- Raised by each claim: what an older one brings is not written.
  claim_token bigint not null default 0,
  -- When a workflow is to be started; null when there is none to start.
  dispatch_at timestamptz default now(),

  deliveries integer not null default 1,
  -- Deliveries under this id with another content; theirs was not kept.
  body_conflicts integer not null default 0,
  received_at timestamptz not null default now(),
  last_delivery_at timestamptz not null default now(),
  ended_at timestamptz,
  trace_parent text,

  check ((state in ('received', 'processing')) = (dispatch_at is not null)),
  check ((state in ('received', 'processing')) = (ended_at is null)),
  check ((state in ('ignored', 'dead')) = (reason is not null))
);

create index stripe_events_to_dispatch on stripe_events (dispatch_at) where dispatch_at is not null;
create index stripe_events_dead on stripe_events (ended_at, id) where state = 'dead';
create index stripe_events_of_object on stripe_events (object_id, created);

-- One row per try of a step. `processed` and `ignored` are written in the transaction of the effect.
create table stripe_event_attempts (
  event_id text not null references stripe_events on delete cascade,
  run integer not null,
  claim_token bigint not null,
  outcome text not null check (outcome in ('processed', 'ignored', 'outage', 'refused', 'bug')),
  -- A code of ours, and of a bug its class; never a message.
  error_code text,
  error_class text,
  started_at timestamptz not null,
  ended_at timestamptz not null default now(),
  primary key (event_id, run, claim_token),
  check ((outcome in ('processed', 'ignored')) = (error_code is null))
);

-- Fences of the mirrors: drawn before an object is fetched, so that of two answers the one that was asked for later wins. No cache:
-- the order of numbers must be the order of drawing.
create sequence stripe_fetches no cycle cache 1;
