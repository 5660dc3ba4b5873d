-- What an account has bought; operators set it until billing does.
alter table accounts add column plan text not null default 'free' check (plan in ('free', 'premium', 'business'));

-- Which tracks an account exported in a month (its first day, UTC): the same track again is not counted again. No foreign
-- key to tracks: what was exported stays counted when the track is deleted.
create table exported_tracks (
  account_id uuid not null references accounts,
  month date not null,
  format text not null check (format in ('gpx', 'fit', 'geojson')),
  track_id uuid not null,
  exported_at timestamptz not null default now(),
  primary key (account_id, month, format, track_id)
);

-- Past months are of no use: housekeeping removes them.
create index exported_tracks_of_month on exported_tracks (month);
