import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { CanaryFailed, createCanaryJob } from '../../../activities/jobs/canary.ts';
import { canaryAccountId } from '../../../db/accounts.ts';
import { keyOverview } from '../../../db/api-keys.ts';
import { failedUploads, readOperations } from '../../../db/operations.ts';
import { newUpload } from '../../db/support.ts';
import { spawnJob } from '../../support/job-process.ts';
import { openJobRun, seenJobRun } from '../../support/job-run.ts';
import { testStack } from '../../support/stack.ts';

const stack = await testStack();
await stack.app.listen({ host: '127.0.0.1', port: 0 });
const apiUrl = urlOf(stack.app.server.address());
await stack.query(`create table seen_uploads as select content_sha256, account_id from uploads`);
await stack.query(`create function see() returns trigger language plpgsql as $$
  begin insert into seen_uploads values (new.content_sha256, new.account_id); return null; end $$`);
await stack.query('create trigger see after insert on uploads for each row execute function see()');

let workers: { stop(): Promise<void> } | undefined;
const SLOT = new Date(Math.floor(Date.now() / 300_000) * 300_000);
const later = (minutes: number) => new Date(SLOT.getTime() + minutes * 60_000);

beforeEach(async () => {
  await stack.query('drop table if exists job_runs');
  await stack.query('truncate seen_uploads, uploads cascade');
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
});

async function fly(
  options: { run?: string; slot?: Date; url?: string; patienceMs?: number; signal?: AbortSignal } = {},
) {
  const { run = 'run', slot = SLOT, url = apiUrl, signal, ...patience } = options;
  const job = createCanaryJob({ db: stack.db, log: stack.log, stripe: undefined, apiUrl: url, ...patience });
  await job(await openJobRun(stack.db, { id: run, slot, ...(signal && { signal }) }));
}

const stageOf = (flight: Promise<void>) =>
  flight.then(
    () => 'none',
    (error: unknown) => (error instanceof CanaryFailed ? error.stage : error),
  );

test('every canary is another recording, goes the whole way, and leaves nothing', async () => {
  workers = await stack.startWorkers();
  await fly({ run: 'one' });
  await fly({ run: 'the same slot again' });
  await fly({ run: 'two', slot: later(5) });
  const seen = await stack.query<{ hash: string }>('select distinct content_sha256 as hash from seen_uploads');
  expect(seen).toHaveLength(3);
  for (const table of ['uploads', 'tracks', 'track_columns', 'upload_events', 'blob_removals']) {
    expect(await stack.query(`select from ${table}`), table).toEqual([]);
  }
  expect(await stack.query(`select from api_keys where name = 'canary'`)).toEqual([]);
  expect(await blobFiles()).toEqual([]);
  expect(await stack.query('select kind, count(*)::int as n from accounts group by 1 order by 1')).toEqual([
    { kind: 'canary', n: 1 },
    { kind: 'person', n: 1 },
  ]);
  expect(await seenJobRun(stack.db, 'two')).toEqual({ scanned: 1, changed: 1, failed: 0, finished: true });
});

test('killed while it waits, it leaves a recording; the next canary takes that away, and nothing of anybody else', async () => {
  const dying = spawnJob('canary', stack, SLOT.toISOString(), { apiUrl });
  await expect.poll(() => stack.query('select from uploads'), { timeout: 30_000 }).toHaveLength(1);
  dying.child.kill('SIGKILL');
  expect(await dying.ended).toBe('SIGKILL');
  const [left] = await stack.query<{ id: string }>('select id from uploads');
  const mine = await newUpload(stack.db);
  expect(await stack.query(`select from api_keys where name = 'canary'`), 'nobody knows it any more').toHaveLength(1);
  await stack.query(`update api_keys set expires_at = now() - interval '1 s' where name = 'canary'`);
  workers = await stack.startWorkers();
  await fly({ run: 'next', slot: later(10) });
  expect(await stack.query('select id from uploads where id = any ($1)', [[left?.id, mine.id]])).toEqual([
    { id: mine.id },
  ]);
  expect(await stack.query(`select from api_keys where name = 'canary'`)).toEqual([]);
  expect(await seenJobRun(stack.db, 'next')).toEqual({ scanned: 2, changed: 2, failed: 0, finished: true });
});

test('what another canary is flying right now is no leftover', async () => {
  const { id } = await newUpload(stack.db, { accountId: await canaryAccountId(stack.db) });
  workers = await stack.startWorkers();
  await fly({ slot: SLOT });
  expect(await stack.query('select id from uploads')).toEqual([{ id }]);
});

test('without a worker it fails at "ready"; what it sent is there to be looked at', async () => {
  expect(await stageOf(fly({ patienceMs: 300 }))).toBe('ready');
  expect(await stack.query('select from uploads')).toHaveLength(1);
  expect(await stack.query(`select from api_keys where name = 'canary'`)).toEqual([]);
  expect(await seenJobRun(stack.db)).toMatchObject({ changed: 0, finished: false });
});

test.each<[string, string, Tamper]>([
  [
    'leftovers',
    'the list is not to be had',
    ({ method, url }) => (method === 'GET' && url?.includes('?limit') ? 503 : undefined),
  ],
  ['upload', 'uploads are refused', ({ method }) => (method === 'POST' ? 503 : undefined)],
  [
    'ready',
    'the recording is refused',
    ({ url }, body) => (/uploads\/[^/?]+$/.test(url ?? '') ? { ...body, state: 'failed' } : undefined),
  ],
  [
    'track',
    'the track is not to be had',
    ({ method, url }) => (method === 'GET' && url?.includes('tracks') ? 500 : undefined),
  ],
  [
    'distance',
    'the track is another one',
    (_, body) => ('distanceM' in body ? { ...body, distanceM: Number(body.distanceM) * 1.002 } : undefined),
  ],
  ['removal', 'it cannot be removed', ({ method }) => (method === 'DELETE' ? 500 : undefined)],
  ['removal', 'it is said to be removed and is not', ({ method }) => (method === 'DELETE' ? 204 : undefined)],
])('fails at "%s" when %s', async (stage, _, tamper) => {
  workers = await stack.startWorkers();
  expect(await stageOf(fly({ url: await tampering(tamper) }))).toBe(stage);
  expect(await seenJobRun(stack.db)).toMatchObject({ changed: 0, finished: false });
});

test('when the API is away it fails at its first call', async () => {
  expect(await stageOf(fly({ url: 'http://127.0.0.1:9' }))).toBe('leftovers');
});

test('a run that is over has not failed: it was cut short', async () => {
  const over = new AbortController();
  const flight = fly({ signal: over.signal });
  await expect.poll(() => stack.query('select from uploads'), { timeout: 10_000 }).toHaveLength(1);
  over.abort();
  await expect(flight).rejects.toMatchObject({ name: 'AbortError' });
});

test('no metric counts it: not waiting, not finished, not failed, and its keys are no keys that end soon', async () => {
  const accountId = await canaryAccountId(stack.db);
  const look = async () => {
    const ask = { workerSilenceS: 5, build: 'test', since: '2026-01-01T00:00:00Z' };
    const { waiting, oldestWaitS, finished } = await readOperations(stack.db, ask);
    const { expiring } = await keyOverview(stack.db, { withinS: 3_600 });
    const failed = await failedUploads(stack.db, 3_600);
    return {
      waiting,
      isOld: oldestWaitS !== null,
      finished: finished.length,
      failed: failed.length,
      keys: expiring.length,
    };
  };
  const uploadsOf = async (owner: string) => {
    await newUpload(stack.db, { accountId: owner });
    const { id } = await newUpload(stack.db, { accountId: owner });
    await stack.query(
      `update uploads set state = 'failed', failure = '{"code":"x"}', dispatch_at = null, finished_at = now() - interval '1 minute' where id = $1`,
      [id],
    );
    await stack.query(
      `insert into api_keys (id, kind, account_id, name, secret_hash, expires_at)
       values ($1, 'account', $2, 'soon', '', now() + interval '5 minutes')`,
      [randomBytes(5).toString('hex'), owner],
    );
  };
  await uploadsOf(accountId);
  expect(await look()).toEqual({ waiting: 0, isOld: false, finished: 0, failed: 0, keys: 0 });
  await uploadsOf((await newUpload(stack.db)).accountId);
  expect(await look()).toEqual({ waiting: 2, isOld: true, finished: 1, failed: 1, keys: 1 });
});

/** A status in place of the answer, another body, or undefined: as it is. */
type Tamper = (request: IncomingMessage, body: Record<string, unknown>) => number | object | undefined;

/** The API behind somebody who changes its answers. */
async function tampering(tamper: Tamper): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const { authorization = '' } = request.headers;
    const init = { method: request.method ?? 'GET', headers: { authorization }, ...(body.length > 0 && { body }) };
    const isRefused = request.method === 'DELETE' && tamper(request, {}) !== undefined;
    const answer = isRefused ? new Response() : await fetch(apiUrl + request.url, init);
    const text = await answer.text();
    const changed = tamper(request, text === '' ? {} : JSON.parse(text));
    response.statusCode = typeof changed === 'number' ? changed : answer.status;
    response.end(typeof changed === 'object' ? JSON.stringify(changed) : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return urlOf(server.address());
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}`;
}

async function blobFiles(): Promise<string[]> {
  const entries = await readdir(stack.blobDir, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}
