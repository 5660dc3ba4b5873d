-- What an upload became. Figures as shown; definitions in docs/reference/statistics.md.
create table tracks (
  id uuid primary key,
  account_id uuid not null references accounts,
  upload_id uuid not null unique references uploads on delete cascade,
  format text not null,
  statistics jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  -- The stamp: what made these figures, from what.
  pipeline_version integer not null,
  input_sha256 text not null,
  build text not null,
  processed_by text not null check (processed_by in ('workflow', 'inline')),
  run integer not null
);

alter table uploads add foreign key (track_id) references tracks deferrable initially deferred;

-- Artefacts stay out of the row of figures: lists of tracks must not drag them along.
create table track_series (
  track_id uuid primary key references tracks on delete cascade,
  series jsonb not null
);

-- The normal form, gzip of domain/track/columns.ts. Already compressed, so Postgres shall not try again.
create table track_columns (
  track_id uuid primary key references tracks on delete cascade,
  columns_gzip bytea not null
);
alter table track_columns alter column columns_gzip set storage external;
