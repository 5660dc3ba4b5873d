import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createRetentionJob } from '../../../activities/jobs/retention.ts';
import { createLog } from '../../../platform/log.ts';
import { openFsBlobStore } from '../../../services/blob-store-fs.ts';
import { newUpload } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import { holding, killWhenItWaits, spawnJob } from '../../support/job-process.ts';
import { openJobRun, seenJobRun } from '../../support/job-run.ts';
import { testBlobs } from '../support.ts';

const stack = await testDatabase();
const { folder, plant, fileOf } = await testBlobs();
const blobs = await openFsBlobStore(folder);
const SLOT = new Date();
const lines: Record<string, unknown>[] = [];
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
Object.assign(log, { error: (line: Record<string, unknown>, event: string) => lines.push({ ...line, event }) });

beforeEach(async () => {
  await stack.query('drop table if exists job_runs');
  await stack.query(
    'truncate uploads, idempotency_keys, event_tickets, exported_tracks, way_matches, workers, blob_removals, webhook_messages, stripe_events, billing_notices, stripe_drift cascade',
  );
  for await (const { key } of blobs.list()) await blobs.delete(key);
  lines.length = 0;
});

async function retain(run = 'run', slot = SLOT) {
  await createRetentionJob({ db: stack.db, blobs, log })(await openJobRun(stack.db, { id: run, slot }));
  return seenJobRun(stack.db, run);
}

const UNIT_MS = { s: 1_000, h: 3_600_000, d: 86_400_000 };
type Age = `${number}${keyof typeof UNIT_MS}`;
const ago = (age: Age) =>
  new Date(SLOT.getTime() - Number.parseFloat(age) * UNIT_MS[age.endsWith('s') ? 's' : age.endsWith('h') ? 'h' : 'd']);

/** A blob with its bytes, stored so long ago. */
async function blobOf(bytes: string, age: Age): Promise<string> {
  const key = await plant(bytes);
  await utimes(fileOf(key), ago(age), ago(age));
  return key;
}

test.each<[string, string, readonly [Age, Age], string, string]>([
  [
    'idempotency keys are kept for a day',
    `insert into idempotency_keys (account_id, operation, key, fingerprint, claim_token, claim_expires_at, created_at)
     select id, 'upload', $1::text, '', gen_random_uuid(), $1::timestamptz, $1::timestamptz from accounts limit 1`,
    ['24.01h', '23.99h'],
    'idempotency_keys',
    'created_at',
  ],
  [
    'what the site was told is kept for 30 days',
    `insert into webhook_messages (type, key, data, state, dispatch_at, created_at, finished_at)
     values ('webhook.test', $1::text, '{}', 'delivered', null, $1::timestamptz, $1::timestamptz)`,
    ['30.01d', '29.99d'],
    'webhook_messages',
    'finished_at',
  ],
  [
    'what it could not be told is kept for 90 days',
    `insert into webhook_messages (type, key, data, state, dispatch_at, created_at, due_at, finished_at, parked_because)
     values ('webhook.test', $1::text, '{}', 'parked', null, $1::timestamptz, $1::timestamptz, $1::timestamptz, 'webhook/cancelled')`,
    ['90.01d', '89.99d'],
    'webhook_messages',
    'created_at',
  ],
  [
    'what waits for an endpoint is kept for 90 days',
    `insert into webhook_messages (type, key, data, created_at, due_at)
     values ('webhook.test', $1::text, '{}', $1::timestamptz, $1::timestamptz)`,
    ['90.01d', '89.99d'],
    'webhook_messages',
    'created_at',
  ],
  [
    'dead workers are remembered for a week',
    `insert into workers (id, build, queues, pid, seen_at) values ($1::text, 'b', '{}', 1, $1::timestamptz)`,
    ['7.01d', '6.99d'],
    'workers',
    'seen_at',
  ],
  [
    'way matches are kept for 30 days',
    `insert into way_matches (key, map_version, match, created_at) values (convert_to($1, 'utf8'), '1', '{}', $1::timestamptz)`,
    ['30.01d', '29.99d'],
    'way_matches',
    'created_at',
  ],
  [
    'tries of events are kept for 180 days',
    `with event as (
            insert into stripe_events (id, livemode, type, created, content_sha256) values ($1::text, false, 't', now(), '') returning id)
     insert into stripe_event_attempts (event_id, run, claim_token, outcome, started_at, ended_at)
     select id, 1, 1, 'processed', $1::timestamptz, $1::timestamptz from event`,
    ['180.01d', '179.99d'],
    'stripe_event_attempts',
    'ended_at',
  ],
  [
    'events that are processed are kept for 13 months',
    `insert into stripe_events (id, livemode, type, created, content_sha256, state, dispatch_at, ended_at)
     values ($1::text, false, 't', now(), '', 'processed', null, $1::timestamptz)`,
    ['396.01d', '395.99d'],
    'stripe_events',
    'ended_at',
  ],
  [
    'notices are kept for 13 months',
    `insert into billing_notices (kind, subject_id, period, customer_id, data, noticed_at)
     values ('card.expiring', $1::text, '', 'cus_1', '{}', $1::timestamptz)`,
    ['396.01d', '395.99d'],
    'billing_notices',
    'noticed_at',
  ],
  [
    'drift is remembered for 90 days after its end',
    `insert into stripe_drift (kind, id, livemode, fields, ended_at) values ('coupon', $1::text, false, '{}', $1::timestamptz)`,
    ['90.01d', '89.99d'],
    'stripe_drift',
    'ended_at',
  ],
  [
    'tickets go once they have expired',
    `insert into event_tickets (token_hash, upload_id, account_id, expires_at)
     select convert_to($1, 'utf8'), id, account_id, $1::timestamptz from uploads limit 1`,
    ['1s', '-1s'],
    'event_tickets',
    'expires_at',
  ],
])('%s', async (_, insert, [old, young], table, column) => {
  const { blobKey } = await newUpload(stack.db, { blobKey: await plant('of the ticket') });
  for (const age of [old, young]) await stack.query(insert, [ago(age).toISOString()]);
  expect(await retain()).toMatchObject({ changed: 1, failed: 0, finished: true });
  expect(await stack.query(`select ${column} as at from ${table}`)).toEqual([{ at: ago(young) }]);
  expect(await retain('next')).toMatchObject({ changed: 0, finished: true });
  expect(await blobs.head(blobKey)).toBeDefined();
});

test('what was not due at the slot is left for the next one, whatever the clock says', async () => {
  await newUpload(stack.db, { blobKey: await plant('any') });
  await stack.query(`insert into workers (id, build, queues, pid, seen_at) values ('a', 'b', '{}', 1, $1)`, [
    ago('8d'),
  ]);
  expect(await retain('run', ago('2d'))).toMatchObject({ changed: 0 });
  expect(await retain('now')).toMatchObject({ changed: 1 });
});

test("bodies of events go 90 days after the events' end; a dead one's stays until it is resolved, and so does its row", async () => {
  await newUpload(stack.db, { blobKey: await plant('any') });
  const event = (id: string, state: string, ended: Age) =>
    stack.query(
      `insert into stripe_events (id, livemode, type, created, content_sha256, body, state, reason, dispatch_at, ended_at)
       values ($1, false, 't', now(), '', 'names', $2, case when $2 in ('dead', 'ignored') then 'why' end, null, $3)`,
      [id, state, ago(ended)],
    );
  await event('evt_old', 'processed', '90.01d');
  await event('evt_old_ignored', 'ignored', '90.01d');
  await event('evt_young', 'processed', '89.99d');
  await event('evt_dead', 'dead', '500d');
  expect(await retain()).toMatchObject({ changed: 2, failed: 0, finished: true });
  expect(await stack.query('select id, body is null as gone from stripe_events order by id')).toEqual([
    { id: 'evt_dead', gone: false },
    { id: 'evt_old', gone: true },
    { id: 'evt_old_ignored', gone: true },
    { id: 'evt_young', gone: false },
  ]);
  expect(await retain('next')).toMatchObject({ changed: 0 });
});

test('of old uploads the newest event stays, of young and open ones all do', async () => {
  const [old, young, open] = [await eventful('31d'), await eventful('29d'), await eventful(undefined)];
  expect(await retain()).toMatchObject({ changed: 3 });
  const left = await stack.query(
    'select upload_id as id, array_agg(seq order by seq) as seq from upload_events group by 1',
  );
  expect(left.sort((a, b) => String(a.id).localeCompare(String(b.id)))).toEqual(
    [
      { id: old, seq: [4] },
      { id: young, seq: [1, 2, 3, 4] },
      { id: open, seq: [1, 2, 3, 4] },
    ].sort((a, b) => a.id.localeCompare(b.id)),
  );
  expect(await retain('next')).toMatchObject({ changed: 0 });
});

/** An upload with four events, ended so long ago, or open. */
async function eventful(ended: Age | undefined): Promise<string> {
  const { id } = await newUpload(stack.db, { blobKey: await plant(`eventful ${ended}`) });
  for (const attempts of [1, 2])
    await stack.query(`update uploads set state = 'processing', attempts = $2 where id = $1`, [id, attempts]);
  const last = ended
    ? `update uploads set state = 'failed', failure = '{}', dispatch_at = null, finished_at = $2 where id = $1`
    : 'update uploads set attempts = 3, due_at = $2 where id = $1';
  await stack.query(last, [id, ended ? ago(ended) : SLOT]);
  return id;
}

test('blobs without a row go when they are old enough; those with one stay', async () => {
  const [lost, young, used] = [await blobOf('lost', '25h'), await blobOf('young', '23h'), await blobOf('used', '25h')];
  await newUpload(stack.db, { blobKey: used });
  expect(await retain()).toEqual({ scanned: 2, changed: 1, failed: 0, finished: true });
  expect(await Promise.all([lost, young, used].map((key) => blobs.head(key).then(Boolean)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(await stack.query('select from blob_removals')).toEqual([]);
});

test('files that were left half received go after a day', async () => {
  for (const [name, age] of [
    ['old', '25h'],
    ['young', '1h'],
  ] as const) {
    const file = path.join(folder, 'incoming', name);
    await writeFile(file, 'half a reco');
    await utimes(file, ago(age), ago(age));
  }
  expect(await retain()).toMatchObject({ changed: 1 });
  expect(await blobs.removeAbandoned({ before: new Date(SLOT.getTime() + 60_000), limit: 10 }), 'the young one').toBe(
    1,
  );
});

test('rows without a blob are told by id, and stay', async () => {
  const { id } = await newUpload(stack.db);
  const twin = await newUpload(stack.db, { blobKey: await plant('there') });
  expect(await retain()).toEqual({ scanned: 2, changed: 0, failed: 1, finished: true });
  expect(lines).toEqual([{ uploadIds: [id], event: 'original missing' }]);
  expect(await stack.query('select from uploads')).toHaveLength(2);
  expect(await blobs.head(twin.blobKey)).toBeDefined();
});

test('killed in the middle of a batch, it goes on where it was: counted is what went', async () => {
  await newUpload(stack.db, { blobKey: await plant('x') });
  await stack.query(
    `insert into idempotency_keys (account_id, operation, key, fingerprint, claim_token, claim_expires_at, created_at)
     select a.id, 'upload', i::text, '', gen_random_uuid(), now(), now() - interval '3 days' + i * interval '1 second'
       from (select id from accounts limit 1) a, generate_series(1, 2500) i`,
  );
  await stack.query(`create function stop_here() returns trigger language plpgsql as $$
    begin if old.key = '1500' then perform pg_advisory_xact_lock(42); end if; return old; end $$`);
  await stack.query(
    'create trigger stop_here before delete on idempotency_keys for each row execute function stop_here()',
  );
  await openJobRun(stack.db);
  const input = { blobDir: folder };
  const killedBehind = async (lock: string) => {
    const holder = await holding(stack, lock);
    await killWhenItWaits(stack, spawnJob('retention', stack, SLOT.toISOString(), input));
    await holder.end();
  };
  await killedBehind('select from job_runs for update');
  expect(await seenJobRun(stack.db)).toMatchObject({ changed: 0 });
  expect(await stack.query('select from idempotency_keys'), 'what is not counted has not happened').toHaveLength(2_500);
  await killedBehind('select pg_advisory_lock(42)');
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 1_000, changed: 1_000, failed: 0, finished: false });
  expect(await spawnJob('retention', stack, SLOT.toISOString(), input).ended).toBe(0);
  expect(await seenJobRun(stack.db)).toMatchObject({ changed: 2_500, failed: 0, finished: true });
  expect(await stack.query('select from idempotency_keys')).toEqual([]);
});
