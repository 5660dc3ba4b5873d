import type { Db } from '../../../../db/pool.ts';

/** Ends are counted by the database itself, outside the product: one that comes twice is seen even if it changes nothing. */
export async function watchEnds(db: Db): Promise<void> {
  await db.query(`
    create table drill_ends (event_id text not null, run integer not null, state text not null, at timestamptz not null default clock_timestamp());
    create function drill_end() returns trigger language plpgsql as $$
      begin
        insert into drill_ends (event_id, run, state) values (new.id, new.run, new.state);
        return null;
      end $$;
    create trigger drill_end after update of state on stripe_events
      for each row when (new.state in ('processed', 'ignored', 'dead')) execute function drill_end();
  `);
}
