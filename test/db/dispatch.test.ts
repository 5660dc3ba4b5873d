import { beforeEach, expect, test } from 'vitest';
import { claimUpload } from '../../db/upload-claims.ts';
import {
  dispatchAgain,
  dispatchBacklog,
  giveUpUpload,
  offerOpenUploadsAgain,
  takeUploadsToDispatch,
} from '../../db/upload-dispatch.ts';
import { startNextRun } from '../../db/upload-runs.ts';
import { finishUploadFailed } from '../../db/uploads.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload } from './support.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('delete from uploads').then(() => {}));

const idsOf = async (limit: number) => (await takeUploadsToDispatch(db, { limit, leaseS: 60 })).map(({ id }) => id);
const claim = (uploadId: string, run: number) =>
  claimUpload(db, { uploadId, run, owner: 'w', leaseS: 60, countsAsAttempt: true });

/** `count` uploads, the first the oldest. */
async function uploads(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await newUpload(db)).id);
  await query(`update uploads set dispatch_at = now() - make_interval(secs => 1000 - array_position($1::uuid[], id))`, [
    ids,
  ]);
  return ids;
}

test('a new upload is to be dispatched, with what its start needs', async () => {
  const upload = await newUpload(db, { traceParent: '00-a-b-01', inflatedBytes: 5_000_000_000 });
  const { id, accountId, format, inflatedBytes, traceParent } = upload;
  expect(await takeUploadsToDispatch(db, { limit: 8, leaseS: 60 })).toEqual([
    { id, accountId, run: 1, lostRuns: 0, format, inflatedBytes, traceParent, batch: null },
  ]);
});

test('the oldest come first, never more than asked, and what is taken is hidden', async () => {
  const ids = await uploads(20);
  expect((await idsOf(8)).sort()).toEqual(ids.slice(0, 8).sort());
  expect((await idsOf(8)).sort()).toEqual(ids.slice(8, 16).sort());
  expect((await idsOf(8)).sort()).toEqual(ids.slice(16).sort());
  expect(await idsOf(8)).toEqual([]);
});

test('two dispatchers at once never wait for each other and never take the same', async () => {
  const ids = await uploads(60);
  const taken = await db.transaction(async (tx) => {
    const mine = await takeUploadsToDispatch(tx, { limit: 10, leaseS: 60 }); // locked until this transaction ends
    const others = await Promise.all(Array.from({ length: 5 }, () => idsOf(10)));
    return [...mine.map(({ id }) => id), ...others.flat()];
  });
  expect(taken).toHaveLength(60);
  expect(taken.sort()).toEqual(ids.sort());
});

test('what was not taken by Temporal is offered again; what has ended is not', async () => {
  const [open = '', ended = ''] = await uploads(2);
  await idsOf(2);
  const token = (await claim(ended, 1))?.token ?? -1;
  const failure = { code: 'gpx/not-gpx', facts: {} } as const;
  await finishUploadFailed(db, { uploadId: ended, token, failure, processedBy: 'workflow', build: 'test' });
  const runs = [open, ended].map((id) => ({ id, run: 1 }));
  await dispatchAgain(db, runs, 0);
  expect(await idsOf(8)).toEqual([open]);
  await dispatchAgain(db, runs, 300);
  expect(await idsOf(8)).toEqual([]);
});

test('a run that was asked for while the one before was being started is not put off with it', async () => {
  const [id = ''] = await uploads(1);
  await idsOf(1); // run 1 is on its way to Temporal
  await startNextRun(db, { id, run: 1 });
  await dispatchAgain(db, [{ id, run: 1 }], 300);
  expect(await takeUploadsToDispatch(db, { limit: 8, leaseS: 60 })).toMatchObject([{ id, run: 2 }]);
});

test('the next run of an upload starts at once, once, and frees the claim', async () => {
  const [id = ''] = await uploads(1);
  await idsOf(1);
  await claim(id, 1);
  const next = await Promise.all([startNextRun(db, { id, run: 1 }), startNextRun(db, { id, run: 1 })]);
  expect(next.sort()).toEqual([false, true]);
  expect(await takeUploadsToDispatch(db, { limit: 8, leaseS: 60 })).toMatchObject([{ id, run: 2, lostRuns: 1 }]);
  expect(
    await claimUpload(db, { uploadId: id, run: 2, owner: 'somebody else', leaseS: 60, countsAsAttempt: true }),
  ).toBeDefined();
});

test('an upload is given up only in the run that was looked at, and its worker then loses', async () => {
  const [id = ''] = await uploads(1);
  const token = (await claim(id, 1))?.token ?? -1;
  expect(await giveUpUpload(db, { id, run: 2 })).toBe(false);
  expect(await giveUpUpload(db, { id, run: 1 })).toBe(true);
  expect(await giveUpUpload(db, { id, run: 1 }), 'a second time').toBe(false);
  expect(await query('select state, failure, dispatch_at from uploads')).toEqual([
    { state: 'failed', failure: { code: 'processing/failed', facts: {} }, dispatch_at: null },
  ]);
  const failure = { code: 'gpx/not-gpx', facts: {} } as const;
  expect(await finishUploadFailed(db, { uploadId: id, token, failure, processedBy: 'workflow', build: 'test' })).toBe(
    false,
  );
  expect(await startNextRun(db, { id, run: 1 }), 'what has ended does not run again').toBe(false);
});

test('the backlog is what waits for its workflow, and how long the oldest does', async () => {
  expect(await dispatchBacklog(db)).toEqual({ waiting: 0, oldestWaitS: null });
  const [first = ''] = await uploads(3);
  await query(`update uploads set due_at = now() - interval '2 minutes' where id = $1`, [first]);
  expect(await dispatchBacklog(db)).toMatchObject({ waiting: 3 });
  expect((await dispatchBacklog(db)).oldestWaitS).toBeGreaterThanOrEqual(120);
  await claim(first, 1);
  expect(await dispatchBacklog(db)).toMatchObject({ waiting: 2 });
});

test('when Temporal is back all that is open is offered again, oldest first and at a pace, and nothing else is', async () => {
  const [taken = '', due = '', ended = '', turn = ''] = await uploads(4);
  await query(`update uploads set due_at = now() - interval '1 minute' where id = $1`, [taken]);
  await query(`update uploads set dispatch_at = now() + interval '5 minutes' where id = $1`, [taken]);
  await query(
    `update uploads set due_at = now() + interval '1 minute', dispatch_at = now() + interval '1 minute' where id = $1`,
    [turn],
  );
  const { token = 0 } = (await claim(ended, 1)) ?? {};
  const failure = { code: 'gpx/truncated', facts: {} } as const;
  await finishUploadFailed(db, { uploadId: ended, token, failure, processedBy: 'inline', build: 'test' });
  const soon = `select id from uploads where dispatch_at <= now() + make_interval(secs => $1) order by dispatch_at`;
  await offerOpenUploadsAgain(db, { perS: 0.1, withinS: 60 });
  expect(await query(soon, [5])).toEqual([{ id: taken }]);
  expect(await query(soon, [15]), 'a re-driven one waits for its turn').toEqual([{ id: taken }, { id: due }]);
  await offerOpenUploadsAgain(db, { perS: 0.1, withinS: 2 });
  expect(await query(soon, [2])).toEqual([{ id: taken }, { id: due }]);
});

test('many are offered again in parts, each once and in one order, though they have waited equally long', async () => {
  const ids = await uploads(5);
  await query(`update uploads set due_at = '2026-01-01', dispatch_at = now() + interval '5 minutes'`);
  await query(`update uploads set due_at = '2025-12-31' where id = $1`, [ids[4]]);
  await offerOpenUploadsAgain(db, { perS: 0.1, withinS: 600 }, 2);
  const places = await query<{ id: string; place: number }>(
    `select id, round(extract(epoch from dispatch_at - now()) / 10)::int as place from uploads order by dispatch_at`,
  );
  expect(places.map(({ place }) => place)).toEqual([0, 1, 2, 3, 4]);
  expect(places.map(({ id }) => id)).toEqual([ids[4], ...ids.slice(0, 4).sort()]);
});

test('what somebody is taking at this moment is left to him, and nobody waits for it', async () => {
  const [first = '', held = '', last = ''] = await uploads(3);
  await query(`update uploads set dispatch_at = now() + interval '5 minutes'`);
  await db.transaction(async (tx) => {
    await tx.query('select from uploads where id = $1 for update', [held]);
    await offerOpenUploadsAgain(db, { perS: 1, withinS: 0 }, 2);
  });
  expect((await idsOf(8)).sort()).toEqual([first, last].sort());
});
