// The upload as every peer has it: one table, and four steps, each a statement or a calculation.
import pg from 'pg';
import { readTrack } from './read-track.mjs';
import { settings } from './settings.mjs';

const CONNECTIONS = 10;

/** The bytes are kept as they came: compressing them again would be work that nobody asked for. */
const TABLES = `
  create table if not exists uploads (
    id uuid primary key, gpx bytea not null, state text not null default 'received', finished_at timestamptz);
  alter table uploads alter column gpx set storage external;
  create table if not exists tracks (
    upload_id uuid primary key, distance_m float8 not null, points int not null, gain_m float8 not null)`;

export function openStore() {
  const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: CONNECTIONS });
  const run = (name, text, values) => pool.query({ name, text, values });
  return {
    run,
    makeTables: () => pool.query(TABLES),
    insert: (id, gpx) => run('insert', 'insert into uploads (id, gpx) values ($1, $2)', [id, gpx]),
    find: async (id) => (await run('find', 'select id, state from uploads where id = $1', [id])).rows[0],
    steps: stepsOn(run),
  };
}

function stepsOn(run) {
  const steps = {
    load: async (id) => {
      const { rows } = await run('load', 'select gpx from uploads where id = $1', [id]);
      if (!rows[0]) throw new Error(`there is no upload ${id}`);
      return rows[0].gpx;
    },
    read: readTrack,
    write: (id, { distanceM, points, gainM }) =>
      run(
        'write',
        `insert into tracks (upload_id, distance_m, points, gain_m) values ($1, $2, $3, $4)
         on conflict (upload_id) do update set distance_m = excluded.distance_m, points = excluded.points, gain_m = excluded.gain_m`,
        [id, distanceM, points, gainM],
      ),
    done: (id) =>
      run('done', `update uploads set state = 'ready', finished_at = clock_timestamp() where id = $1`, [id]),
    /** The job as one function, for queues that know no steps. */
    all: async (id) => {
      await steps.write(id, steps.read(await steps.load(id)));
      await steps.done(id);
    },
  };
  return steps;
}
