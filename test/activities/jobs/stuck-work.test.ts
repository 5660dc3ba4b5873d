import { beforeEach, expect, test } from 'vitest';
import { createStuckWorkJob } from '../../../activities/jobs/stuck-work.ts';
import { takeStripeEventsToDispatch } from '../../../db/stripe-event-dispatch.ts';
import { buryStripeEvent, replayStripeEvent } from '../../../db/stripe-events.ts';
import { postponeStaleTrack, staleTracks } from '../../../db/track-settings.ts';
import { saveTrack } from '../../../db/tracks.ts';
import { takeUploadsToDispatch } from '../../../db/upload-dispatch.ts';
import { createLog } from '../../../platform/log.ts';
import { openFsBlobStore } from '../../../services/blob-store-fs.ts';
import { newUpload, trackOf } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import { openJobRun, seenJobRun } from '../../support/job-run.ts';
import { testBlobs } from '../support.ts';

const stack = await testDatabase();
const { folder, plant } = await testBlobs();
const blobs = await openFsBlobStore(folder);
const lines: Record<string, unknown>[] = [];
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
for (const level of ['warn', 'error'])
  Object.assign(log, { [level]: (line: Record<string, unknown>, event: string) => lines.push({ ...line, event }) });

beforeEach(async () => {
  await stack.query('drop table if exists job_runs');
  await stack.query(
    'truncate uploads, idempotency_keys, blob_removals, stripe_events, webhook_messages, webhook_endpoint cascade',
  );
  lines.length = 0;
});

async function mend(run = 'run', slot = new Date()) {
  await createStuckWorkJob({ db: stack.db, blobs, log })(await openJobRun(stack.db, { id: run, slot }));
  return seenJobRun(stack.db, run);
}

/** An open upload that has been due for so long, and that the dispatcher will look at then. */
async function openUpload(due: string, dispatch: string | null): Promise<string> {
  const { id } = await newUpload(stack.db);
  await stack.query(
    'update uploads set due_at = now() - $2::interval, dispatch_at = now() + $3::interval where id = $1',
    [id, due, dispatch],
  );
  return id;
}

test('an upload that nobody would look at again is dispatched; one that is cared for is left alone', async () => {
  const lost = await openUpload('16 minutes', null);
  const putOff = await openUpload('16 minutes', '2 days');
  await openUpload('16 minutes', '4 minutes');
  await openUpload('14 minutes', null);
  await openUpload('-1 hours', '2 days');
  expect(await mend()).toEqual({ scanned: 2, changed: 2, failed: 0, finished: true });
  const taken = await takeUploadsToDispatch(stack.db, { limit: 10, leaseS: 10 });
  expect(taken.map(({ id }) => id).sort()).toEqual([lost, putOff].sort());
  expect(lines).toEqual([
    { uploadIds: expect.arrayContaining([lost, putOff]), event: 'lost uploads dispatched again' },
  ]);
  expect(await mend('next')).toMatchObject({ changed: 0, failed: 0 });
});

test('what stays open although it is looked at is told by id, each time', async () => {
  const id = await openUpload('61 minutes', '1 minute');
  await openUpload('59 minutes', '1 minute');
  for (const run of ['one', 'two']) {
    expect(await mend(run)).toEqual({ scanned: 1, changed: 0, failed: 1, finished: true });
  }
  const told = { rows: 1, ids: [id], event: 'uploads open for too long' };
  expect(lines).toEqual([told, told]);
});

test('what was not stuck at the slot is not, however late the run is', async () => {
  await openUpload('61 minutes', null);
  expect(await mend('run', new Date(Date.now() - 3_600_000))).toMatchObject({ scanned: 0, changed: 0, failed: 0 });
});

test('an Idempotency-Key whose holder died with nothing done is free; others are kept', async () => {
  await newUpload(stack.db);
  const insert = (key: string, expired: string, uploadId: string | null, answer: string | null) =>
    stack.query(
      `insert into idempotency_keys (account_id, operation, key, fingerprint, claim_token, claim_expires_at, upload_id, answer)
       select id, 'upload', $1, '', gen_random_uuid(), now() - $2::interval, $3, $4 from accounts limit 1`,
      [key, expired, uploadId, answer],
    );
  await insert('abandoned', '11 minutes', null, null);
  await insert('young', '9 minutes', null, null);
  await insert('with an effect', '11 minutes', '00000000-0000-0000-0000-000000000001', null);
  await insert('answered', '11 minutes', null, '{}');
  expect(await mend()).toMatchObject({ changed: 1, failed: 0 });
  expect(await stack.query('select key from idempotency_keys order by key')).toEqual(
    ['answered', 'with an effect', 'young'].map((key) => ({ key })),
  );
});

test('removals that were cut short are carried out; a blob that is in use again stays, and so does a young order', async () => {
  const [left, used, young] = [await plant('left'), await plant('used'), await plant('young')];
  await newUpload(stack.db, { blobKey: used });
  for (const [key, age] of [
    [left, '61 s'],
    [used, '61 s'],
    [young, '30 s'],
  ] as const)
    await stack.query('insert into blob_removals values ($1, now() - $2::interval)', [key, age]);
  expect(await mend()).toMatchObject({ changed: 1, failed: 0 });
  expect(await Promise.all([left, used, young].map((key) => blobs.head(key).then(Boolean)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(await stack.query('select blob_key as key from blob_removals')).toEqual([{ key: young }]);
});

test('way types that nobody will bring are given up after six hours', async () => {
  const [late, young] = [
    await trackWith(`way_types = '{"status":"pending"}'`),
    await trackWith(`way_types = '{"status":"pending"}'`),
  ];
  await stack.query(`update tracks set updated_at = now() - interval '361 minutes' where id = $1`, [late]);
  expect(await mend()).toMatchObject({ changed: 1, failed: 0 });
  const rows = await stack.query(`select id, way_types ->> 'status' as status from tracks where id = any ($1)`, [
    [late, young],
  ]);
  expect(new Map(rows.map(({ id, status }) => [id, status]))).toEqual(
    new Map([
      [late, 'unavailable'],
      [young, 'pending'],
    ]),
  );
});

test('a track that is stale for too long is told, also when it was tried again and again in between', async () => {
  const [broken, waiting] = [
    await trackWith(`stale_since = now() - interval '61 minutes'`),
    await trackWith('stale_since = now()'),
  ];
  await postponeStaleTrack(stack.db, broken);
  expect(
    (await staleTracks(stack.db, 1)).map(({ trackId }) => trackId),
    'behind all others',
  ).toEqual([waiting]);
  expect(await mend()).toMatchObject({ changed: 0, failed: 1 });
  expect(lines).toEqual([{ rows: 1, ids: [broken], event: 'tracks stale for too long' }]);
});

/** An open event of Stripe's, due so long ago, that the dispatcher will look at then. */
async function openEvent(id: string, state: string, due: string, dispatch: string): Promise<void> {
  await stack.query(
    `insert into stripe_events (id, livemode, type, created, content_sha256, state, received_at, due_at, dispatch_at)
     values ($1, false, 't', now(), '', $2, now() - interval '9 days', now() - $3::interval, now() + $4::interval)`,
    [id, state, due, dispatch],
  );
}

test("an event of Stripe's that nobody would look at is dispatched; one that is open for an hour is told", async () => {
  await openEvent('evt_lost', 'received', '61 s', '11 minutes');
  await openEvent('evt_young', 'received', '59 s', '11 minutes');
  await openEvent('evt_running', 'processing', '59 minutes', '5 minutes');
  await openEvent('evt_long', 'processing', '61 minutes', '5 minutes');
  expect(await mend()).toEqual({ scanned: 2, changed: 1, failed: 1, finished: true });
  const taken = await takeStripeEventsToDispatch(stack.db, { limit: 10, leaseS: 10 });
  expect(taken.map(({ eventId }) => eventId)).toEqual(['evt_lost']);
  expect(lines).toEqual([
    { stripeEvents: ['evt_lost'], event: 'lost events dispatched again' },
    { rows: 1, ids: ['evt_long'], event: 'stripe events open for too long' },
  ]);
});

test('a dead event that is run again is due from then on, however old it is', async () => {
  await openEvent('evt_1', 'received', '9 days', '1 minute');
  await buryStripeEvent(stack.db, { eventId: 'evt_1', run: 1 }, 'processing/failed');
  expect(await mend('dead')).toMatchObject({ failed: 0 });
  await replayStripeEvent(stack.db, 'evt_1');
  expect(await mend('again')).toMatchObject({ failed: 0 });
});

test('a message to the site is dispatched when its time was lost, and told when it is an hour late; not while nobody listens', async () => {
  const message = async (key: string, due: string, dispatch: string) => {
    const [row] = await stack.query<{ id: string }>(
      `insert into webhook_messages (type, key, data, due_at, dispatch_at)
       values ('webhook.test', $1, '{}', now() - $2::interval, now() + $3::interval) returning id`,
      [key, due, dispatch],
    );
    return row?.id;
  };
  const lost = await message('lost', '16 minutes', '11 minutes');
  await message('waits for its retry', '-6 hours', '6 hours');
  await message('cared for', '16 minutes', '5 minutes');
  const late = await message('late', '61 minutes', '1 minute');
  expect(await mend('nobody listens')).toEqual({ scanned: 1, changed: 1, failed: 0, finished: true });
  expect(lines).toEqual([{ messageIds: [lost], event: 'lost messages dispatched again' }]);
  await stack.query(`insert into webhook_endpoint (url, secret) values ('https://site.example', 'sealed')`);
  expect(await mend('somebody does')).toEqual({ scanned: 1, changed: 0, failed: 1, finished: true });
  expect(lines.at(-1)).toEqual({ rows: 1, ids: [late], event: 'messages overdue' });
});

async function trackWith(set: string): Promise<string> {
  const upload = await newUpload(stack.db);
  const id = await stack.db.transaction((tx) => saveTrack(tx, trackOf(upload)));
  await stack.query(
    `update uploads set state = 'ready', track_id = $2, dispatch_at = null, finished_at = now() where id = $1`,
    [upload.id, id],
  );
  await stack.query(`update tracks set ${set} where id = $1`, [id]);
  return id;
}
