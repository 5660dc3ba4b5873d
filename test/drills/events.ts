/**
 * Drill: many open event streams on one API process, some of whose readers take nothing; then SIGTERM under open streams.
 * Run by hand: `npm run drill:events -- --streams 2000`. Prints figures as JSON, and ends with 1 when something is amiss.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createKey } from '../../cli/keys.ts';
import { connect, type Pool } from '../../db/pool.ts';
import { newUpload } from '../db/support.ts';
import { eventSource, type TestEventSource } from '../support/event-source.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { type ApiProcess, startApi } from './api-process.ts';
import { type SlowReader, slowReader } from './slow-reader.ts';

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '2000' }, 'per-s': { type: 'string', default: '200' } },
});
const count = Number(values.streams);
/** Uploads that end per second: several times what two cores process. */
const endsPerS = Number(values['per-s']);
const PER_ACCOUNT = 50;
const SLOW = Math.ceil(count / 100);
const EVENTS_OF_SLOW = 6_000;

const tell = (what: string) => console.error(`${Math.round(performance.now() / 1_000)} s  ${what}`);
const postgres = await ownPostgres();
const db = connect(postgres.url);
const api = await startApi(postgres.url).catch(async (error: unknown) => {
  await postgres.remove();
  throw error;
});
tell('API and PostgreSQL are up');
try {
  const { key } = await createKey(db, { kind: 'site', name: 'drill' });
  const many = await manyStreams(api, db, key);
  const sigterm = await terminatedUnder(200, api, db, key);
  console.log(JSON.stringify({ streams: count, slow: SLOW, endsPerS, many, sigterm }, null, 2));
  const { wrong, slowWrong, descriptors } = many;
  const backToBase = Math.abs(descriptors.after - descriptors.base) <= 5;
  const isGood = wrong + slowWrong + sigterm.broken === 0 && sigterm.code === 0 && backToBase;
  process.exitCode = isGood ? 0 : 1;
} finally {
  await db.end();
  await api.terminate();
  await postgres.remove();
}

async function manyStreams(at: ApiProcess, pool: Pool, key: string) {
  const base = { descriptors: await at.descriptors(), residentMb: await at.residentMb() };
  const uploads = await makeUploads(pool, count);
  const big = await makeBigUpload(pool);
  const alone = await askDuring(at, key, uploads, () => pause(5_000));
  tell('opening');
  const opening = await askDuring(at, key, uploads, () => measured(at, () => open(at, key, uploads)));
  const { result: streams, ...opened } = opening.result;
  const peak = { descriptors: await at.descriptors(), residentMb: await at.residentMb() };
  const idle = await askDuring(at, key, uploads, () => pause(5_000));
  const slowOnes = { port: at.port, path: pathOf(big), headers: headersOf(key, big) };
  const slow = await Promise.all(Array.from({ length: SLOW }, () => slowReader(slowOnes)));
  tell('open; finishing');
  const finishing = await askDuring(at, key, uploads, () =>
    measured(at, async () => {
      await finishAll(pool, uploads);
      await until(() => streams.every((stream) => stream.ids().at(-1) === 4));
    }),
  );
  const { result: _, ...finished } = finishing.result;
  const goingHome = await askDuring(at, key, uploads, () => Promise.all(streams.map((stream) => stream.stopped)));
  tell('all ended; now the slow');
  const wrong = streams.filter((stream) => stream.ids().join() !== '2,3,4').length;
  const notSentHome = goingHome.result.filter((status) => status !== 204).length;
  await untilBase(at, base.descriptors);
  const slowWrong = await endsOfSlow(at, pool, key, big, slow);
  await untilBase(at, base.descriptors);
  const descriptors = { base: base.descriptors, open: peak.descriptors, after: await at.descriptors() };
  const residentMb = { base: base.residentMb, open: peak.residentMb, after: await at.residentMb() };
  const otherRoute = {
    alone: alone.times,
    opening: opening.times,
    idle: idle.times,
    finishing: finishing.times,
    goingHome: goingHome.times,
  };
  return { wrong, notSentHome, slowWrong, descriptors, residentMb, opened, finished, otherRoute };
}

async function measured<Result>(at: ApiProcess, work: () => Promise<Result>) {
  const from = { ms: performance.now(), cpuMs: await at.cpuMs() };
  const result = await work();
  return { result, ms: Math.round(performance.now() - from.ms), cpuMs: (await at.cpuMs()) - from.cpuMs };
}

/** Within two minutes, or not at all: the slow are cut after 30 s, and idle connections of other requests end too. */
async function untilBase(at: ApiProcess, base: number): Promise<void> {
  for (let tries = 0; tries < 240 && Math.abs((await at.descriptors()) - base) > 5; tries++) await pause(500);
}

interface Upload {
  readonly id: string;
  readonly account: string;
}

function pathOf({ id }: Upload): string {
  return `/v1/uploads/${id}/events`;
}

function headersOf(key: string, { account }: Upload) {
  return { authorization: `Bearer ${key}`, 'cairn-account': account };
}

/** With five attempts behind them, which the inline path leaves alone. That is their second event. */
async function makeUploads(pool: Pool, n: number): Promise<Upload[]> {
  const uploads: Upload[] = [];
  for (let i = 0; i < n; i++) {
    const account = `a${Math.floor(i / PER_ACCOUNT)}`;
    const id = await pool.transaction(async (tx) => {
      const upload = await newUpload(tx, {}, account);
      await tx.query('update uploads set attempts = 5, dispatch_at = null where id = $1', [upload.id]);
      return upload.id;
    });
    uploads.push({ id, account });
  }
  return uploads;
}

/** More than the kernel's buffers take: 2 kB each. */
async function makeBigUpload(pool: Pool): Promise<Upload> {
  const [upload] = await makeUploads(pool, 1);
  if (!upload) throw new Error('no upload');
  const data = JSON.stringify({ state: 'processing', run: 1, attempt: 1, trackId: 'x'.repeat(2_000) });
  await pool.query(
    `insert into upload_events (upload_id, seq, kind, data) select $1, n, 'started', $2 from generate_series(3, $3) n`,
    [upload.id, data, EVENTS_OF_SLOW],
  );
  await pool.query('update uploads set events_seq = $2 where id = $1', [upload.id, EVENTS_OF_SLOW + 1]);
  return upload;
}

async function open(at: ApiProcess, key: string, uploads: readonly Upload[]): Promise<TestEventSource[]> {
  const streams: TestEventSource[] = [];
  for (const upload of uploads) {
    streams.push(eventSource({ port: at.port, path: pathOf(upload), headers: headersOf(key, upload) }));
    if (streams.length % 50 === 0) await until(() => streams.every(({ messages }) => messages.length > 0));
  }
  await until(() => streams.every(({ messages }) => messages.length > 0));
  return streams;
}

/** Each begins an attempt and fails: two more events. */
async function finishAll(pool: Pool, uploads: readonly Upload[]): Promise<void> {
  const startedAt = performance.now();
  for (let i = 0; i < uploads.length; i += 50) {
    await pause(Math.max(0, startedAt + (i / endsPerS) * 1_000 - performance.now()));
    const ids = uploads.slice(i, i + 50).map(({ id }) => id);
    await pool.query(`update uploads set state = 'processing', attempts = attempts + 1 where id = any ($1)`, [ids]);
    await pool.query(
      `update uploads set state = 'failed', failure = '{"code":"gpx/truncated","facts":{}}' where id = any ($1)`,
      [ids],
    );
  }
}

/** How many of the slow were not cut, or did not get all of it in the end. */
async function endsOfSlow(at: ApiProcess, pool: Pool, key: string, big: Upload, slow: readonly SlowReader[]) {
  const ends = await Promise.all(slow.map((reader) => reader.seenWhenCut()));
  await finishAll(pool, [big]);
  const all = EVENTS_OF_SLOW + 3;
  let wrong = 0;
  for (const seen of ends) {
    const last = String(seen.at(-1) ?? 0);
    const rest = eventSource({ port: at.port, path: pathOf(big), headers: headersOf(key, big), lastEventId: last });
    const status = await rest.stopped;
    const ids = [...seen, ...rest.ids()];
    const isWhole = status === 204 && ids.length === all && ids.every((id, i) => id === i + 1);
    if (!isWhole || seen.length >= EVENTS_OF_SLOW) wrong++;
  }
  return wrong;
}

/** How long another route, with three queries of its own, takes while `work` is done. */
async function askDuring<Result>(at: ApiProcess, key: string, uploads: readonly Upload[], work: () => Promise<Result>) {
  const asked = uploads.map((upload) => {
    return { url: `http://127.0.0.1:${at.port}/v1/uploads/${upload.id}`, headers: headersOf(key, upload) };
  });
  const asker = new Worker(new URL('./ask-uploads.mjs', import.meta.url), { workerData: asked, execArgv: [] });
  await once(asker, 'online');
  const result = await work();
  const answered = once(asker, 'message');
  asker.postMessage('end');
  const [times]: number[][] = await answered;
  const sorted = (times ?? []).sort((a, b) => a - b);
  const share = (of: number) => Math.round((sorted[Math.floor(sorted.length * of)] ?? 0) * 10) / 10;
  return { result, times: { asked: sorted.length, p50Ms: share(0.5), p99Ms: share(0.99) } };
}

async function terminatedUnder(n: number, at: ApiProcess, pool: Pool, key: string) {
  const uploads = await makeUploads(pool, n);
  tell('SIGTERM');
  const streams = await open(at, key, uploads);
  const ended = Promise.all(streams.map((stream) => stream.ended));
  const exit = await at.terminate();
  const ways = await ended;
  for (const stream of streams) stream.close();
  return { ...exit, streams: n, broken: ways.filter((way) => way !== 'whole').length };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 3_000) throw new Error('it did not come to pass within a minute');
    await pause(20);
  }
}
