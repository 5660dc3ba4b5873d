import type { Db } from '../../../db/pool.ts';

/**
 * Effects are counted by the database itself, outside the product: each committed write of a track, each end of an upload,
 * each claim that was taken from somebody whose lease still ran. So a silent overwrite of the same row is seen as well.
 */
export async function watchEffects(db: Db): Promise<void> {
  await db.query(`
    create table drill_effects (upload_id uuid not null, effect text not null, at timestamptz not null default clock_timestamp());
    create function drill_effect() returns trigger language plpgsql as $$
      begin
        insert into drill_effects (upload_id, effect) values (coalesce(to_jsonb(new) ->> 'upload_id', to_jsonb(new) ->> 'id')::uuid, tg_argv[0]);
        return null;
      end $$;
    create trigger drill_track after insert or update of statistics, input_sha256, run on tracks
      for each row execute function drill_effect('track');
    create trigger drill_end after update of state on uploads
      for each row when (new.state in ('ready', 'failed')) execute function drill_effect('end');
    create trigger drill_stolen after update of claim_owner on uploads
      for each row when (old.claim_owner <> new.claim_owner and old.claim_expires_at > now())
      execute function drill_effect('stolen claim');
  `);
}
