-- Ends of uploads by time: what metrics and `cairn doctor` count since they looked last.
create index uploads_finished on uploads (finished_at) where finished_at is not null;

-- The loops of each worker with their last tick, as its API counterpart tells them in /health.
alter table workers add column loops jsonb not null default '[]';
