-- What operators order to be processed again in bulk: one row per order, one workflow per order and run. The row is the truth:
-- a workflow that is begun anew, on a Temporal that has forgotten everything, goes on where the row says.
create table reprocess_orders (
  id bigint primary key references ops_audit,
  -- Which uploads; and only those whose last run had ended before the order was given. What it has done itself is thus never
  -- done again, by this order or by one that was given at the same time.
  filter jsonb not null,
  ended_before timestamptz not null,
  rate_per_minute double precision not null check (rate_per_minute > 0),
  state text not null default 'received' check (state in ('received', 'running', 'paused', 'done', 'cancelled', 'failed')),
  -- What an operator wants of a running one; whoever carries it out makes it so between two uploads.
  wanted text check (wanted in ('paused', 'cancelled')),
  -- Why it failed: a code of ours.
  reason text,
  -- Every upload up to this id has been looked at.
  scanned_to uuid not null default '00000000-0000-0000-0000-000000000000',
  -- No run of it begins before.
  next_due_at timestamptz not null default now(),
  selected integer not null,
  begun integer not null default 0,
  ready integer not null default 0,
  failed integer not null default 0,
  -- Deleted, or asked for again, before the run had ended.
  superseded integer not null default 0,
  -- Left to a workflow of their own.
  handed_over integer not null default 0,
  -- Their owner has sent the recording again.
  passed_over integer not null default 0,
  -- Since the order was begun, resumed or given another rate, and how many runs have ended since.
  paced_since timestamptz not null default now(),
  paced_ends integer not null default 0,
  bugs integer not null default 0,
  run integer not null default 1,
  first_run integer not null default 1,
  claim_token bigint not null default 0,
  dispatch_at timestamptz default now(),
  created_at timestamptz not null default now(),
  began_at timestamptz,
  ended_at timestamptz,
  check ((state in ('received', 'running')) = (dispatch_at is not null)),
  check ((state in ('done', 'cancelled', 'failed')) = (ended_at is not null)),
  check ((state = 'failed') = (reason is not null)),
  check (wanted is null or state = 'running')
);
create index reprocess_orders_open on reprocess_orders (id) where dispatch_at is not null;

-- Runs that an order has begun and not counted yet: a dozen, however large the order is. No foreign key to uploads: what is
-- deleted meanwhile is counted too.
create table reprocess_items (
  order_id bigint not null references reprocess_orders on delete cascade,
  upload_id uuid not null,
  run integer not null,
  primary key (order_id, upload_id)
);

-- The order that the present run is of, and those of earlier runs.
alter table uploads
  add column reprocess_order bigint,
  drop constraint uploads_processed_by_check,
  add constraint uploads_processed_by_check check (processed_by in ('workflow', 'inline', 'bulk'));
alter table upload_runs add column reprocess_order bigint;
alter table tracks
  drop constraint tracks_processed_by_check,
  add constraint tracks_processed_by_check check (processed_by in ('workflow', 'inline', 'bulk'));

-- Whether an account has failed with a recording again since.
create index uploads_failed_of_bytes on uploads (account_id, content_sha256) where is_first and state = 'failed';
