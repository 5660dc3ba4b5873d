-- The id that Temporal gave our namespace, as it was last seen. Whoever answers with another one has other data: a Temporal that was
-- emptied, or a new one beside rows that were restored. What is open is offered to it again, also by an API that starts only then.
create table temporal_namespace (
  one boolean primary key default true check (one),
  id text not null,
  seen_at timestamptz not null default now()
);
