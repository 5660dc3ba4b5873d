-- An instant as the statistics hold it; null for none, and for years that nobody rode in. A text that ends in Z means the
-- same whatever the session's settings are, which is why the function may call itself immutable and the cast alone may not.
create function instant_of(iso text) returns timestamptz immutable parallel safe language sql as
$$ select case when iso ~ '^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$' then iso::timestamptz end $$;

-- What lists filter and order by, always what the statistics say. Rewrites the table, once.
alter table tracks
  add column started_at timestamptz generated always as (instant_of(statistics ->> 'startedAt')) stored,
  add column sport text generated always as (statistics ->> 'sport') stored,
  -- The first track of the same ride (docs/reference/near-duplicates.md). A first one links to nothing itself.
  add column near_duplicate_of uuid references tracks on delete set null check (near_duplicate_of <> id);

-- Pages are read from these backwards, newest first. Tracks without a start come last.
create index tracks_by_creation on tracks (account_id, created_at, id);
create index tracks_by_start on tracks (account_id, coalesce(started_at, '-infinity'), id);
create index tracks_near_duplicates on tracks (near_duplicate_of) where near_duplicate_of is not null;

-- The id stood the other way round than the moment, so no page could be read from it without a sort.
drop index uploads_of_account;
create index uploads_by_receipt on uploads (account_id, received_at, id);
create index uploads_of_external_id on uploads (account_id, external_id, received_at, id) where external_id is not null;
