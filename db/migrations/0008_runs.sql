-- An upload may be processed again: by its owner (reprocess), or by an operator (re-drive of a failed one). What was made
-- before stays in force until the new run has a result, so an open upload may have a track, once it has run before; and a
-- run that fails leaves a track that is there alone: `ready`, with the failure of its last run.
alter table uploads
  -- When processing was asked for; in the future while a re-driven upload waits for its turn.
  add column due_at timestamptz not null default now(),
  add column asked_by text not null default 'upload' check (asked_by in ('upload', 'owner', 'operator')),
  -- The first run of what was asked for: what the dispatcher starts anew, because a run was lost, counts from here.
  add column first_run integer not null default 1,
  -- The build that ended the last run; null when no build did (given up, or ended before this column was there).
  add column build text,
  drop constraint uploads_check,
  drop constraint uploads_check1,
  add constraint uploads_result check (case state
    when 'ready' then track_id is not null
    when 'failed' then track_id is null and failure is not null
    else failure is null and (track_id is null or run > 1)
  end);

update uploads set due_at = received_at where state in ('received', 'processing');
update uploads u set build = t.build from tracks t where t.id = u.track_id;

-- The inline path takes what is open and due, the longest due first.
drop index uploads_open;
create index uploads_open on uploads (due_at) where state in ('received', 'processing');

-- Dead letters, the latest first: failed uploads, and ready ones whose last run failed.
create index uploads_dead on uploads (finished_at desc, id desc) where failure is not null;

-- Earlier runs, written when the next one begins; the present run is the upload's own row. So an upload that runs once, as
-- nearly all do, costs nothing here.
create table upload_runs (
  upload_id uuid not null references uploads on delete cascade,
  run integer not null,
  asked_by text not null,
  due_at timestamptz not null,
  attempts integer not null,
  -- Null: the run was lost (terminated, or broken) and ended without a result.
  outcome text check (outcome in ('ready', 'failed')),
  failure jsonb,
  processed_by text,
  build text,
  ended_at timestamptz not null,
  primary key (upload_id, run)
);

-- What operators did, and why. Never changed.
create table ops_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- The id of an operator key, or `cli:<who>` of somebody with the database at hand.
  actor text not null,
  action text not null,
  reason text not null check (length(trim(reason)) >= 10),
  facts jsonb not null
);
create index ops_audit_by_time on ops_audit (at);
