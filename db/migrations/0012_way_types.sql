-- What kinds of way a track went over, or why that is not known; null: nobody asked. In the track's row,
-- so that its tag changes with it; the stretches are an artefact of their own.
alter table tracks add column way_types jsonb;
create table track_way_types (
  track_id uuid primary key references tracks on delete cascade,
  segments jsonb not null
);

-- Promised by a workflow that may be lost: found by housekeeping.
create index tracks_awaiting_way_types on tracks (updated_at) where way_types ->> 'status' = 'pending';

-- What the map matcher said of a line, by the hash of the line, the costing and the region. Kinds and lengths only: no
-- coordinates, no names, no accounts.
create table way_matches (
  key bytea primary key,
  map_version text not null,
  match jsonb not null,
  created_at timestamptz not null default now()
);
create index way_matches_by_age on way_matches (created_at);

-- Calls to what is outside, counted over all processes and for ever: workers have no metrics of their own.
create table upstream_calls (
  upstream text not null,
  region text not null,
  outcome text not null,
  calls bigint not null,
  seconds double precision not null,
  primary key (upstream, region, outcome)
);
