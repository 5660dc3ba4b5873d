-- When it was last tried in vain to make a stale track again. `stale_since` used to be moved instead, to put the track behind
-- all others; then nobody could see that it had been stale for long.
alter table tracks add column stale_tried_at timestamptz;
drop index tracks_stale;
create index tracks_stale on tracks (greatest(stale_since, stale_tried_at)) where stale_since is not null;
