-- The ledger of scheduled work: what ran for which slot, and what it did. A row is committed before the work begins and closed
-- in the transaction of its last effect, so what is not here did not run, and what is open has not ended.
create table schedule_runs (
  schedule text not null,
  -- The nominal time, cut to the second; what is due at it is due for the run.
  slot timestamptz not null,
  -- Of the slot, from 1: a slot may be run again, by an operator.
  run integer not null check (run > 0),
  origin text not null check (origin in ('schedule', 'manual', 'backfill', 'foreign')),
  -- Who asked for it and why; null: nobody did, it was due (or came from somebody else's hand).
  audit_id bigint references ops_audit,
  workflow_id text not null,
  -- A step that is tried again after a kill finds its row by this.
  workflow_run_id text not null unique,
  build text not null,
  state text not null default 'running' check (state in ('running', 'succeeded', 'failed')),
  opened_at timestamptz not null default now(),
  -- Temporal ends the workflow by then. A row that is open later was left behind: nobody was there to close it.
  ends_by timestamptz not null,
  finished_at timestamptz,
  scanned integer not null default 0 check (scanned >= 0),
  changed integer not null default 0 check (changed >= 0),
  failed integer not null default 0 check (failed >= 0),
  -- Of a run that failed: the code, and the class of the error where it is a fault of ours. Nothing personal, no message.
  error_code text,
  error_class text,
  primary key (schedule, slot, run),
  check ((audit_id is not null) = (origin in ('manual', 'backfill'))),
  check ((finished_at is not null) = (state <> 'running')),
  check ((error_code is not null) = (state = 'failed'))
);

-- Those that are to be looked after: one or two.
create index schedule_runs_open on schedule_runs (ends_by) where state = 'running';
-- What ran lately, whatever its slot.
create index schedule_runs_by_time on schedule_runs (schedule, opened_at desc);

-- Since when slots are owed: each spec from its first application on. Temporal's own time of creation is another one after a
-- schedule was deleted and made again, and would hide what was missed in between.
create table schedule_specs (
  id bigint generated always as identity primary key,
  schedule text not null,
  spec jsonb not null,
  since timestamptz not null default now()
);
create index schedule_specs_latest on schedule_specs (schedule, id desc);
