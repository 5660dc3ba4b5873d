-- What happened to an upload, in order: what live progress is read from. A trigger writes an event in the transaction of the
-- change it tells, so no path, present or future, can forget it (docs/adr/0006). `seq` counts per upload under the row lock
-- that the change holds: the order of numbers is the order of commits, and nobody waits for other uploads.
alter table uploads add column events_seq integer not null default 1;

create table upload_events (
  upload_id uuid not null references uploads on delete cascade,
  seq integer not null,
  kind text not null check (kind in ('received', 'requeued', 'started', 'attempt-ended', 'ready', 'failed')),
  -- state, run, attempt, trackId, failure. Nothing personal: a failure's sentence may quote the file, so it stays out.
  data jsonb not null,
  created_at timestamptz not null default now(),
  primary key (upload_id, seq)
);

create function upload_event_data(u uploads) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'state', u.state, 'run', u.run, 'attempt', u.attempts, 'trackId', u.track_id,
    'failure', u.failure #- '{facts,detail}'))
$$;

-- Uploads from before: the one event that tells how they stand.
insert into upload_events (upload_id, seq, kind, data, created_at)
select u.id, 1, case u.state when 'processing' then 'started' else u.state end, upload_event_data(u), u.updated_at
  from uploads u;

-- Nobody can be subscribed to an upload that is not committed yet, so accepting notifies nobody.
create function upload_received() returns trigger language plpgsql as $$
begin
  insert into upload_events (upload_id, seq, kind, data) values (new.id, new.events_seq, 'received', upload_event_data(new));
  return null;
end $$;
create trigger upload_received after insert on uploads for each row execute function upload_received();

create function upload_changes() returns trigger language plpgsql as $$
begin
  new.events_seq := old.events_seq + 1;
  return new;
end $$;
create trigger upload_changes before update on uploads for each row
  when (old.state <> new.state or old.run <> new.run or old.attempts <> new.attempts
        or old.track_id is distinct from new.track_id
        or (new.state = 'processing' and old.claim_owner is not null and new.claim_owner is null))
  execute function upload_changes();

create function upload_changed() returns trigger language plpgsql as $$
begin
  insert into upload_events (upload_id, seq, kind, data)
  values (new.id, new.events_seq,
          case when new.state in ('ready', 'failed') then new.state
               when new.run <> old.run or new.state = 'received' then 'requeued'
               when old.claim_owner is not null and new.claim_owner is null then 'attempt-ended'
               else 'started' end,
          upload_event_data(new));
  perform pg_notify('upload_events', new.id::text);
  return null;
end $$;
create trigger upload_changed after update on uploads for each row
  when (old.events_seq <> new.events_seq) execute function upload_changed();

create function upload_deleted() returns trigger language plpgsql as $$
begin
  perform pg_notify('upload_events', old.id::text);
  return null;
end $$;
create trigger upload_deleted after delete on uploads for each row execute function upload_deleted();

-- What a browser's EventSource, which cannot send a key, opens one upload's events with. Only the hash is kept.
create table event_tickets (
  token_hash bytea primary key,
  upload_id uuid not null references uploads on delete cascade,
  account_id uuid not null references accounts,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index event_tickets_of_upload on event_tickets (upload_id);
create index event_tickets_by_expiry on event_tickets (expires_at);
