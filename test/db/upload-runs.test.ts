import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { dispatching } from '../../api/dispatch/line.ts';
import { seenNamespace } from '../../api/dispatch/seen-namespace.ts';
import { uploadLine } from '../../api/dispatch/uploads.ts';
import { startDispatcher } from '../../api/dispatcher.ts';
import { saveTrack } from '../../db/tracks.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { takeUploadsToDispatch } from '../../db/upload-dispatch.ts';
import { earlierRunsOf, runAgain, startNextRun } from '../../db/upload-runs.ts';
import { finishUploadFailed, finishUploadReady, type NewUpload } from '../../db/uploads.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, trackOf } from './support.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('delete from uploads').then(() => {}));

const again = ({ id: uploadId, accountId }: NewUpload, more = {}) =>
  runAgain(db, { uploadId, accountId, askedBy: 'owner', traceParent: null, ...more });
const claim = async (uploadId: string, run: number) =>
  (await claimUpload(db, { uploadId, run, owner: 'w', leaseS: 60, countsAsAttempt: true }))?.token ?? -1;
const rowOf = async (id: string) =>
  (
    await query<Record<string, unknown>>(
      'select state, run, first_run, attempts, track_id, failure, build from uploads where id = $1',
      [id],
    )
  )[0];

async function ready(): Promise<{ upload: NewUpload; trackId: string }> {
  const upload = await newUpload(db);
  const end = { uploadId: upload.id, token: await claim(upload.id, 1), processedBy: 'inline', build: 'b1' } as const;
  const trackId = await db.transaction(async (tx) => {
    const id = await saveTrack(tx, trackOf(upload));
    await finishUploadReady(tx, { ...end, trackId: id });
    return id;
  });
  return { upload, trackId };
}

test('a new run begins with everything but the track as new, and the run before it is kept', async () => {
  const { upload, trackId } = await ready();
  expect(await again(upload)).toBe(true);
  expect(await rowOf(upload.id)).toEqual({
    state: 'received',
    run: 2,
    first_run: 2,
    attempts: 0,
    track_id: trackId,
    failure: null,
    build: null,
  });
  expect(await earlierRunsOf(db, upload.id)).toMatchObject([
    { run: 1, outcome: 'ready', build: 'b1', processedBy: 'inline', attempts: 1, askedBy: 'upload', failure: null },
  ]);
  expect(await again(upload), 'it is open now').toBe(false);
});

test('a run that is asked for after another one than is thought is not begun', async () => {
  const { upload } = await ready();
  expect(await again(upload, { afterRun: 2 })).toBe(false);
  expect(await again(upload, { afterRun: 1 })).toBe(true);
});

test('whoever holds the claim of a run that was lost has nothing any more', async () => {
  const upload = await newUpload(db);
  const token = await claim(upload.id, 1);
  await startNextRun(db, { id: upload.id, run: 1 });
  const failure = { code: 'gpx/not-gpx', facts: {} } as const;
  const end = { uploadId: upload.id, token, failure, processedBy: 'workflow', build: 'b1' } as const;
  expect(await finishUploadFailed(db, end)).toBe(false);
  expect(await earlierRunsOf(db, upload.id)).toMatchObject([{ run: 1, outcome: null, build: null }]);
});

/** A dispatcher whose every start finds that the run is over. */
function losingDispatcher(): void {
  const log = createLog({ process: 'test', level: 'silent', build: 'test' });
  const loops = createLoops({ log, onDead: () => {} });
  const capacity = () => ({ workers: 1, takesBatches: false });
  const lines = [dispatching(uploadLine(db, { log, capacity, batchAtMost: 1, start: async () => 'ended' }), log)];
  startDispatcher({ loops, log, lines, namespaceId: async () => 'one', seen: seenNamespace(db) });
  onTestFinished(() => loops.stop());
}

test('lost runs count from what was asked for last; when they are too many the track is kept all the same', async () => {
  const { upload, trackId } = await ready();
  await query('update uploads set run = 7 where id = $1', [upload.id]); // reprocessed often
  await again(upload);
  expect(await takeUploadsToDispatch(db, { limit: 9, leaseS: 0 })).toMatchObject([{ run: 8, lostRuns: 0 }]);
  losingDispatcher();
  await expect.poll(async () => (await rowOf(upload.id))?.state, { timeout: 20_000 }).toBe('ready');
  expect(await rowOf(upload.id)).toMatchObject({
    run: 12, // five runs of this order: 8 to 12
    first_run: 8,
    track_id: trackId,
    failure: { code: 'processing/failed' },
    build: null,
  });
});

test('the migration leaves uploads of before as they were: ready, failed and open', async () => {
  const admin = new pg.Client({ connectionString: inject('databaseUrl') });
  const name = `runs_${process.pid}`;
  await admin.connect();
  await admin.query(`create database ${name}`);
  const client = new pg.Client({
    connectionString: Object.assign(new URL(inject('databaseUrl')), { pathname: `/${name}` }).href,
  });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  const folder = new URL('../../db/migrations/', import.meta.url);
  const files = (await readdir(folder)).sort();
  const apply = async (file: string) => client.query(await readFile(new URL(file, folder), 'utf8'));
  for (const file of files.filter((each) => each < '0008')) await apply(file);
  await client.query(`
    insert into accounts (id, external_id) values ('00000000-0000-4000-8000-000000000001', 'a');
    begin;
    insert into uploads (id, account_id, state, format, blob_key, encoding, stored_bytes, inflated_bytes, content_sha256,
                         dispatch_at, track_id, failure, received_at)
    select ('00000000-0000-4000-8000-00000000001' || n)::uuid, '00000000-0000-4000-8000-000000000001', state, 'gpx', 'x',
           'identity', 1, 1, state, case when state = 'received' then now() end,
           case when state = 'ready' then '00000000-0000-4000-8000-000000000002'::uuid end,
           case when state = 'failed' then '{"code": "gpx/malformed", "facts": {}}'::jsonb end, '2026-01-01T00:00:00Z'
      from (values (1, 'received'), (2, 'ready'), (3, 'failed')) as was (n, state);
    insert into tracks (id, account_id, upload_id, format, statistics, pipeline_version, input_sha256, build, processed_by, run)
    values ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001',
            '00000000-0000-4000-8000-000000000012', 'gpx', '{}', 1, 'x', 'b0', 'workflow', 1);
    commit;`);
  await apply(files.find((each) => each.startsWith('0008')) ?? '');
  const { rows } = await client.query(
    `select state, run, first_run, asked_by, build, due_at = received_at as due_then from uploads order by id`,
  );
  const was = { run: 1, first_run: 1, asked_by: 'upload' };
  expect(rows).toEqual([
    { ...was, state: 'received', build: null, due_then: true },
    { ...was, state: 'ready', build: 'b0', due_then: false },
    { ...was, state: 'failed', build: null, due_then: false },
  ]);
});
