-- SHA-256 of the normal form before its gzip, so that a run that makes the same columns need not write them again: of what a
-- track takes they are the most. Null: nobody knows, and they are written.
alter table track_columns add column columns_sha256 text;

-- A build from before this, which may run beside its successor or after it, writes the columns alone: then nobody knows.
create function columns_changed() returns trigger language plpgsql as $$
begin
  new.columns_sha256 := null;
  return new;
end $$;
create trigger columns_changed before update of columns_gzip on track_columns for each row
  when (new.columns_sha256 is not distinct from old.columns_sha256) execute function columns_changed();
