import { expect, test } from 'vitest';
import { countUpstreamCalls } from '../../db/upstream-calls.ts';
import { findWayMatch, keepWayMatch, removeOldWayMatches } from '../../db/way-matches.ts';
import { findTrackToMatch, findWayTypes, loseOverdueWayTypes, saveWayTypes } from '../../db/way-types.ts';
import type { WayMatch } from '../../domain/ways/match.ts';
import { savedTrack } from '../api/support/track.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
const UNAVAILABLE = { status: 'unavailable', fault: 'away', at: '2026-11-21T08:00:00.000Z' } as const;
const SEGMENTS = [{ kind: 'road', surface: 'paved', fromM: 0, lengthM: 10 }] as const;

async function track() {
  const { trackId } = await savedTrack(db, 'walker');
  const found = await findTrackToMatch(db, { trackId, run: 1 });
  if (!found) throw new Error('the track is not there');
  const [row] = await query<{ account_id: string }>('select account_id from tracks where id = $1', [trackId]);
  const shown = () => findWayTypes(db, { trackId, accountId: row?.account_id ?? '' });
  return { trackId, version: found.version, shown };
}

test('a result is saved to exactly the track that was read: after any change of the row it is not', async () => {
  const { trackId, version, shown } = await track();
  await query('update tracks set run = 2 where id = $1', [trackId]);
  expect(await saveWayTypes(db, { trackId, version, wayTypes: UNAVAILABLE, segments: SEGMENTS })).toBe(false);
  expect(await shown()).toMatchObject({ wayTypes: null, segments: null });
  expect(await findTrackToMatch(db, { trackId, run: 1 }), 'nor is it found any more').toBeUndefined();
  const now = await findTrackToMatch(db, { trackId, run: 2 });
  const saved = { trackId, version: now?.version ?? '', wayTypes: UNAVAILABLE, segments: SEGMENTS };
  expect(await saveWayTypes(db, saved)).toBe(true);
  expect(await shown()).toMatchObject({ wayTypes: UNAVAILABLE, segments: SEGMENTS });
});

test('other people see nothing of it', async () => {
  const { trackId } = await track();
  expect(await findWayTypes(db, { trackId, accountId: '01a1fc80-a7b9-735c-9984-11e65fd52aed' })).toBeUndefined();
});

test('a promise that nobody keeps is lost after a while, a young one is not', async () => {
  const [old, young] = [await track(), await track()];
  for (const { trackId, version } of [old, young]) {
    await saveWayTypes(db, { trackId, version, wayTypes: { status: 'pending' }, segments: null });
  }
  await query(`update tracks set updated_at = now() - interval '2 hours' where id = $1`, [old.trackId]);
  expect(await loseOverdueWayTypes(db, { before: new Date(Date.now() - 3_600_000), limit: 10 })).toBe(1);
  expect((await old.shown())?.wayTypes).toMatchObject({ status: 'unavailable', fault: 'lost' });
  expect((await young.shown())?.wayTypes).toEqual({ status: 'pending' });
});

test('an answer is kept until a newer map, or until it is old', async () => {
  const key = Buffer.from('a line');
  const match: WayMatch = { edges: [], edgeOf: [-1], shareOf: [0], breaksAfter: [] };
  await keepWayMatch(db, { key, mapVersion: 'one', match });
  await keepWayMatch(db, { key, mapVersion: 'two', match });
  expect(await findWayMatch(db, key)).toEqual({ mapVersion: 'two', match });
  expect(await removeOldWayMatches(db, { before: new Date(Date.now() - 60_000), limit: 10 })).toBe(0);
  await query(`update way_matches set created_at = now() - interval '2 minutes'`);
  expect(await removeOldWayMatches(db, { before: new Date(Date.now() - 60_000), limit: 10 })).toBe(1);
  expect(await findWayMatch(db, key)).toBeUndefined();
});

test('calls are added up whoever counts them, many at once', async () => {
  const calls = [
    { outcome: 'ok', calls: 2, seconds: 0.5 },
    { outcome: 'away', calls: 1, seconds: 0.25 },
  ];
  const count = (i: number) =>
    countUpstreamCalls(db, { upstream: 'v', region: 'r', calls: i % 2 === 0 ? calls : [...calls].reverse() });
  await Promise.all(Array.from({ length: 20 }, (_, i) => count(i)));
  expect(await query('select outcome, calls, seconds from upstream_calls order by outcome')).toEqual([
    { outcome: 'away', calls: 20, seconds: 5 },
    { outcome: 'ok', calls: 40, seconds: 10 },
  ]);
});
