import { beforeEach, expect, test } from 'vitest';
import type { ReadJob } from '../../../activities/read-recording.ts';
import { createUploadSteps } from '../../../activities/upload-steps.ts';
import { lockTracksOf } from '../../../db/near-duplicates.ts';
import type { holdClaim } from '../../../db/upload-claims.ts';
import { READ } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import { deferred } from '../../support/deferred.ts';
import { bulkWorker, ordered, readyUploads, runRows } from '../../support/reprocess.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('truncate uploads, tracks, reprocess_orders, ops_audit cascade').then(() => {}));

/** Eight lanes, so that all of these are saved by one transaction unless something is in the way. */
const TOGETHER = { lanes: 8, chunk: 8 };
const transactions = async () =>
  (await query<{ count: number }>('select count(distinct xmin::text)::int as count from tracks where run = 2'))[0]
    ?.count;

test('what several lanes have made is claimed, and saved, together', async () => {
  await readyUploads(db, 8);
  const order = await ordered(db);
  expect(await bulkWorker(db, undefined, TOGETHER).reprocessBatch(order)).toMatchObject({ progress: { ready: 8 } });
  expect(await transactions()).toBe(1);
  expect(new Set((await runRows(db)).map(({ run, attempts }) => `${run}/${attempts}`))).toEqual(new Set(['2/1']));
  const kinds = await query<{ kinds: string }>(
    `select distinct string_agg(kind, ' ' order by seq) as kinds from upload_events group by upload_id`,
  );
  expect(kinds).toEqual([{ kinds: 'received started ready requeued started ready' }]);
});

test('columns that are there need not be made again for bulk work; for one alone they are, whatever is there', async () => {
  const [id = ''] = await readyUploads(db, 1);
  const kept: unknown[] = [];
  const read = async ({ keptColumnsSha256 }: ReadJob) => {
    kept.push(keptColumnsSha256);
    return keptColumnsSha256 === undefined ? READ : { ...READ, columnsGzip: null };
  };
  await bulkWorker(db, read).reprocessBatch(await ordered(db));
  await query(`update uploads set state = 'received', run = 3 where id = $1`, [id]);
  const alone = { db, reader: { read }, build: 'test', processedBy: 'workflow', ownerOf: () => 'one' } as const;
  await createUploadSteps(alone).digest({ uploadId: id, run: 3 });
  expect(kept).toEqual([READ.columnsSha256, undefined]);
  const columns = `select encode(columns_gzip, 'hex') as gzip, t.run from track_columns join tracks t on t.id = track_id`;
  expect(await query(columns)).toEqual([{ gzip: '010203', run: 3 }]);
});

test('one that the database refuses fails alone, and those that were to be saved with it are saved', async () => {
  const ids = await readyUploads(db, 8);
  const bad = ids[3];
  await query(`create function refuse() returns trigger language plpgsql as $$ begin
      raise exception 'this track is refused'; end $$`);
  await query(
    `create trigger refuse before update on tracks for each row when (new.upload_id = '${bad}') execute function refuse()`,
  );
  const result = await bulkWorker(db, undefined, TOGETHER).reprocessBatch(await ordered(db));
  await query('drop function refuse cascade');
  expect(result).toMatchObject({ outcome: 'done', progress: { ready: 7, failed: 1, begun: 8 } });
  const rows = await runRows(db);
  expect(rows.filter(({ failure }) => failure !== null)).toMatchObject([
    { id: bad, failure: 'processing/failed', attempts: 3 },
  ]);
  expect(await query('select run, count(*)::int as count from tracks group by run order by run')).toEqual([
    { run: 1, count: 1 },
    { run: 2, count: 7 },
  ]);
});

test('one whose claim was taken meanwhile writes nothing, and the others are saved', async () => {
  const ids = await readyUploads(db, 8);
  const taken = ids[5] ?? '';
  let reads = 0;
  const read = async () => {
    if (++reads === 8) await query('update uploads set claim_token = claim_token + 1, run = 3 where id = $1', [taken]);
    return READ;
  };
  const result = await bulkWorker(db, read, TOGETHER).reprocessBatch(await ordered(db));
  expect(result).toMatchObject({ outcome: 'done', progress: { begun: 8, ready: 7, superseded: 1 } });
  expect(await query('select upload_id as id from tracks where run = 1')).toEqual([{ id: taken }]);
});

test('one whose owner has changed its name meanwhile is made again under the new one; the others once', async () => {
  const ids = await readyUploads(db, 8);
  let reads = 0;
  const names: (string | null)[] = [];
  const read = async ({ settings }: { settings: { name: string | null } }) => {
    names.push(settings.name);
    if (++reads === 8) await query(`update uploads set name = 'evening' where id = $1`, [ids[2]]);
    return READ;
  };
  const result = await bulkWorker(db, read, TOGETHER).reprocessBatch(await ordered(db));
  expect(result).toMatchObject({ outcome: 'done', progress: { ready: 8 } });
  expect(names.slice(8)).toEqual(['evening']);
});

test.each([
  ['an account whose tracks somebody is at', 'select account_id as id from uploads where id = $1', lockTracksOf],
  [
    'an upload that somebody holds',
    'select id from uploads where id = $1',
    async (tx: Parameters<typeof holdClaim>[0], uploadId: string) =>
      void (await tx.query('select from uploads where id = $1 for update', [uploadId])),
  ],
])('%s keeps nobody else waiting', async (_, what, hold) => {
  const mine = await readyUploads(db, 4, 'mine');
  const [held] = await readyUploads(db, 1, 'held');
  const [row] = await query<{ id: string }>(what, [held]);
  const [isHeld, letGo] = [deferred(), deferred()];
  let reads = 0;
  const read = async () => {
    if (++reads === 5) isHeld.resolve(); // all are claimed by then
    await letGoOrHeld;
    return READ;
  };
  const holder = isHeld.promise.then(() =>
    db.transaction(async (tx) => {
      await hold(tx, String(row?.id));
      grip.resolve();
      await letGo.promise;
    }),
  );
  const grip = deferred();
  const letGoOrHeld = grip.promise;
  const step = bulkWorker(db, read, TOGETHER).reprocessBatch(await ordered(db));
  try {
    await expect
      .poll(
        async () =>
          (await runRows(db)).filter(({ id, run, state }) => mine.includes(id) && run === 2 && state === 'ready')
            .length,
      )
      .toBe(4);
    expect((await runRows(db)).find(({ id }) => id === held)).toMatchObject({ state: 'processing' });
  } finally {
    letGo.resolve();
    await holder;
  }
  expect(await step).toMatchObject({ outcome: 'done', progress: { ready: 5 } });
});
