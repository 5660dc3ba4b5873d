-- Privacy zones (docs/adr/0008). What is derived of a track is made of its visible part; the columns stay whole.
alter table accounts
  add column privacy_zone_m integer not null default 0 check (privacy_zone_m >= 0),
  -- Moves the zones' circles off the places that they hide; random (32 bits of a random UUID), and told to nobody.
  add column privacy_key integer not null default (('x' || left(gen_random_uuid()::text, 8))::bit(32)::integer);

-- Beside name and sport: all that the owner says of a recording is in this row. Null: the account's.
alter table uploads add column privacy_zone_m integer check (privacy_zone_m >= 0);

alter table tracks
  -- Part of the stamp: the radius with which the figures and the series were made.
  add column zone_m integer not null default 0,
  -- Since when the account's zone is another one than that; null nearly always. Until the track is made again nothing of it
  -- is shown that may lie inside.
  add column stale_since timestamptz,
  -- Figures and series made from the kept columns since the run, and by which build.
  add column shaped_at timestamptz,
  add column shaped_build text;

create index tracks_stale on tracks (stale_since) where stale_since is not null;
