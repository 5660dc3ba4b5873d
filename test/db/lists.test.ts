import { beforeAll, expect, test } from 'vitest';
import { accountIdFor } from '../../db/accounts.ts';
import { nearDuplicateCandidates } from '../../db/near-duplicates.ts';
import type { Db } from '../../db/pool.ts';
import { tracksOf } from '../../db/track-lists.ts';
import { uploadsOf } from '../../db/upload-lists.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
const accountId = await accountIdFor(db, 'collector');
const TRACKS = 5_000;

/** An account with years of tracks, one every four hours, and as many of somebody else's. */
beforeAll(async () => {
  const other = await accountIdFor(db, 'other');
  for (const owner of [accountId, other]) {
    await query(
      `with numbers as (select i, now() - make_interval(hours => 4 * i) as moment from generate_series(1, $2::int) i),
            u as (insert into uploads (id, account_id, format, blob_key, encoding, stored_bytes, inflated_bytes,
                    content_sha256, external_id, received_at, dispatch_at)
                  select gen_random_uuid(), $1, 'gpx', 'b' || i, 'identity', 1, 1, 'c' || i, 'e' || i, moment, null
                    from numbers returning id, account_id, received_at),
            t as (insert into tracks (id, account_id, upload_id, format, statistics, pipeline_version, input_sha256,
                    build, processed_by, run, created_at)
                  select gen_random_uuid(), account_id, id, 'gpx',
                         jsonb_build_object('kind', 'track', 'sport', 'cycling', 'startedAt',
                           to_char(received_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
                         2, 'x', 'test', 'workflow', 1, received_at from u returning id)
       insert into track_series select id, '{"time_dist": [[0, 0]], "lat_e6": [0], "lon_e6": [0]}' from t`,
      [owner, TRACKS],
    );
  }
  await query('vacuum analyze');
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

/** A database that answers with no rows and keeps the plan of what it was asked, as it was carried out. */
function planner(): { db: Db; nodes(): { type: string; index: string | undefined; rows: number }[] } {
  let plan: Plan | undefined;
  const flat = (node: Plan): Plan[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return {
    db: {
      query: async (sql, values) => {
        const text = typeof sql === 'string' ? sql : sql.text;
        const explain = `explain (analyze, format json) ${text}`;
        const explained = await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(explain, values);
        plan = explained.rows[0]?.['QUERY PLAN'][0]?.Plan;
        return db.query('select limit 0');
      },
    },
    nodes: () =>
      plan
        ? flat(plan).map((node) => ({ type: node['Node Type'], index: node['Index Name'], rows: node['Actual Rows'] }))
        : [],
  };
}

const middle = async (table: 'tracks' | 'uploads') => {
  const [row] = await query<{ at: string; id: string }>(
    `select '2020-01-01T00:00:00.000000Z' as at, id from ${table} where account_id = $1 limit 1`,
    [accountId],
  );
  return row;
};

const page = { accountId, limit: 21, sport: null, from: null, to: null };

test.each([
  ['tracks by creation', 'tracks_by_creation', { ...page, order: 'createdAt' as const }],
  ['tracks by start', 'tracks_by_start', { ...page, order: 'startedAt' as const }],
  [
    'tracks by start, of a time',
    'tracks_by_start',
    { ...page, order: 'startedAt' as const, to: new Date('2026-01-01') },
  ],
  ['tracks of a sport', 'tracks_by_creation', { ...page, order: 'createdAt' as const, sport: 'cycling' }],
])('a page of %s is read from %s alone: no sort, no row too many, however deep', async (_what, index, asked) => {
  for (const after of [undefined, { at: '2025-06-01T00:00:00.000000Z', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }]) {
    const { db, nodes } = planner();
    await tracksOf(db, { ...asked, after });
    const types = nodes().map(({ type }) => type);
    expect(types.filter((type) => /Sort|Seq Scan|Bitmap/.test(type))).toEqual([]);
    expect(nodes().find((node) => node.index === index)).toMatchObject({ rows: 21 });
  }
});

test.each([
  ['uploads', 'uploads_by_receipt', 21, { state: null, externalId: null }],
  ['uploads of an external id', 'uploads_of_external_id', 1, { state: null, externalId: 'e77' }],
])('a page of %s is read from %s alone', async (_what, index, rows, filters) => {
  const { db, nodes } = planner();
  await uploadsOf(db, { accountId, after: undefined, limit: 21, ...filters });
  expect(nodes().filter(({ type }) => /Sort|Seq Scan|Bitmap/.test(type))).toEqual([]);
  expect(nodes().find((node) => node.index === index)).toMatchObject({ rows });
});

test('a look for near-duplicates that finds none touches the index and nothing else', async () => {
  const track = await middle('tracks');
  const { db, nodes } = planner();
  await nearDuplicateCandidates(db, { trackId: String(track?.id), toleranceS: 120, limit: 5 });
  expect(nodes().filter(({ type }) => /Seq Scan/.test(type))).toEqual([]);
  const probe = nodes().find((node) => node.index === 'tracks_by_start');
  expect(probe?.rows ?? 99).toBeLessThanOrEqual(1);
});
