-- One row per living worker process, renewed every few seconds. Temporal's own poller list names the dead for 300 s.
create table workers (
  id text primary key,
  build text not null,
  queues text[] not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
