import { expect, test } from 'vitest';
import type { InlinePath } from '../../api/inline-path.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { renewWorker } from '../../db/workers.ts';
import { newUpload } from '../db/support.ts';
import { smallGpx } from '../support/gpx.ts';
import { absentDatabase, apiStack, testApp } from './support/app.ts';
import { operationsOf } from './support/contract.ts';
import { metricsOf, scrape } from './support/metrics.ts';

const stack = await apiStack();
const finishing = await apiStack();

test('a scrape is Prometheus text, needs no key, and says what is running', async () => {
  const answer = await stack.inject({ url: '/metrics' });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const metrics = metricsOf(answer.body);
  const [build] = metrics.filter(({ name }) => name === 'cairn_build_info');
  expect(build).toMatchObject({ value: 1, labels: { build: 'test', node: process.version } });
  const names = new Set(metrics.map(({ name }) => name));
  expect([...names]).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']));
});

test('requests are counted by pattern, method and class of status; never by address', async () => {
  const secret = '0190a0a0-0000-7000-8000-00000000beef';
  for (const url of [`/v1/tracks/${secret}`, `/v1/tracks/${secret}?name=Ann`, `/nothing/${secret}`, '/docs/']) {
    await stack.inject({ url, headers: stack.headers });
  }
  await stack.inject({ url: '/v1/tracks/1' });
  const { body } = await stack.inject({ url: '/metrics' });
  const count = (labels: object) =>
    metricsOf(body).find((each) => {
      return each.name === 'cairn_http_request_duration_seconds_count' && matches(each.labels, labels);
    })?.value;
  expect(count({ method: 'GET', route: '/v1/tracks/:trackId', status: '4xx' })).toBe(3);
  expect(count({ method: 'GET', route: 'none', status: '4xx' })).toBe(1);
  expect(count({ route: 'pages', status: '2xx' })).toBe(1);
  expect(body).not.toContain(secret);
  expect(body).not.toContain('Ann');
});

test('what was made durable and what was recognised is counted', async () => {
  const send = () => stack.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload: smallGpx() });
  for (const status of [202, 200, 200]) expect((await send()).statusCode).toBe(status);
  const metrics = await scrape(stack.inject);
  expect(metrics('cairn_uploads_received_total', { outcome: 'accepted' })).toBe(1);
  expect(metrics('cairn_uploads_received_total', { outcome: 'duplicate' })).toBe(2);
});

test('ends are counted once each, by outcome, by who can mend them, and by path', async () => {
  const before = await scrape(finishing.inject);
  expect(before('cairn_uploads_finished_total', { outcome: 'ready', path: 'inline' })).toBe(0);
  for (const [failure, path] of [
    ['gpx/not-gpx', 'workflow'],
    ['gpx/malformed', 'workflow'],
    ['processing/failed', 'inline'],
  ]) {
    const { id } = await newUpload(finishing.db);
    await finishing.query(
      `update uploads set state = 'failed', failure = jsonb_build_object('code', $2::text), processed_by = $3,
              dispatch_at = null, finished_at = now() - interval '11 seconds' where id = $1`,
      [id, failure, path],
    );
  }
  const user = async () => {
    const metrics = await scrape(finishing.inject);
    return [
      metrics('cairn_uploads_finished_total', { outcome: 'failed', kind: 'user', path: 'workflow' }),
      metrics('cairn_uploads_finished_total', { outcome: 'failed', kind: 'bug', path: 'inline' }),
    ];
  };
  await expect.poll(user, { timeout: 20_000, interval: 500 }).toEqual([2, 1]);
  await new Promise((later) => setTimeout(later, 3_500)); // past the snapshot: a second look counts nothing again
  expect(await user()).toEqual([2, 1]);
});

test('backlog, workers of each queue, and those of another build', async () => {
  const fresh = await testApp({ db: finishing.db, blobs: Object.create(null) });
  const { id } = await newUpload(finishing.db);
  await finishing.query(`update uploads set received_at = now() - interval '90 seconds' where id = $1`, [id]);
  const worker = { build: 'older', queues: [QUEUES.interactive], pid: 1 };
  for (const id of ['w1', 'w2']) await renewWorker(finishing.db, { ...worker, id });
  // However long this machine takes from here to the scrape: alive is who was seen within five seconds.
  await finishing.query(`update workers set seen_at = now() + interval '1 hour'`);
  await renewWorker(finishing.db, { ...worker, id: 'dead' });
  await finishing.query(`update workers set seen_at = now() - interval '1 minute' where id = 'dead'`);
  const metrics = await scrape((request) => fresh.inject(request));
  expect(metrics('cairn_database_up')).toBe(1);
  expect(metrics('cairn_uploads_waiting')).toBe(1);
  expect(metrics('cairn_uploads_waiting_oldest_seconds')).toBeGreaterThanOrEqual(90);
  expect(metrics('cairn_workers_live', { queue: QUEUES.interactive })).toBe(2);
  expect(metrics('cairn_workers_live', { queue: QUEUES.heavy })).toBe(0);
  expect(metrics('cairn_workers_other_build')).toBe(2);
});

test('the inline path tells how often and why; loops, Temporal and the pool tell how they are', async () => {
  const processedFor = { 'temporal away': 7, 'no worker alive': 2 };
  const inline: InlinePath = { status: () => ({ reason: 'temporal away', processed: 9, processedFor }) };
  const loop = { name: 'dispatcher', lastTickAt: new Date(Date.now() - 30_000).toISOString(), turns: 3, dead: true };
  const loops = { status: () => [loop], start: () => ({ nudge: () => {} }), release: () => {}, stop: async () => {} };
  const dispatcher = { nudge: () => {}, status: () => 'away' as const };
  const app = await testApp({ db: stack.db, blobs: Object.create(null), inline, loops, dispatcher });
  for (let scrapes = 0; scrapes < 2; scrapes++) {
    const metrics = await scrape((request) => app.inject(request));
    expect(metrics('cairn_inline_uploads_total', { reason: 'temporal_away' })).toBe(7);
    expect(metrics('cairn_inline_uploads_total', { reason: 'no_worker' })).toBe(2);
    expect(metrics('cairn_inline_path_open', { reason: 'temporal_away' })).toBe(1);
    expect(metrics('cairn_inline_path_open', { reason: 'no_worker' })).toBe(0);
    expect(metrics('cairn_loop_dead', { loop: 'dispatcher' })).toBe(1);
    expect(metrics('cairn_loop_last_tick_age_seconds', { loop: 'dispatcher' })).toBeGreaterThanOrEqual(30);
    expect(metrics('cairn_temporal_reachable')).toBe(0);
    expect(metrics('cairn_db_pool_connections', { state: 'most' })).toBe(20);
  }
});

test('what is not known yet has no number', async () => {
  const dispatcher = { nudge: () => {}, status: () => 'unknown' as const };
  const app = await testApp({ db: stack.db, blobs: Object.create(null), dispatcher });
  expect((await scrape((request) => app.inject(request)))('cairn_temporal_reachable')).toBeNaN();
});

test('without Postgres a scrape is answered, in time: it is down, and what only it knows has no number', async () => {
  const db = absentDatabase();
  const app = await testApp({ db, blobs: Object.create(null) });
  await app.ready(); // the scrape is measured, not the making of the app
  const startedAt = performance.now();
  const metrics = await scrape((request) => app.inject(request));
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(metrics('cairn_database_up')).toBe(0);
  expect(metrics('cairn_uploads_waiting')).toBeNaN();
  expect(metrics('cairn_workers_live', { queue: QUEUES.interactive })).toBeNaN();
  expect(metrics('cairn_temporal_reachable')).toBe(1);
  await db.end();
});

test('the series are bounded: no label has more than 20 values, a route no more than there are operations', async () => {
  const { body } = await stack.inject({ url: '/metrics' });
  const values = new Map<string, Set<string>>();
  for (const { name, labels } of metricsOf(body)) {
    for (const [label, value] of Object.entries(labels)) {
      values.set(`${name} ${label}`, (values.get(`${name} ${label}`) ?? new Set()).add(value));
    }
  }
  const paths = new Set(operationsOf(stack.app.swagger()).map(({ path }) => path)).size;
  for (const [label, of] of values) {
    expect(of.size, label).toBeLessThanOrEqual(label.endsWith(' route') ? paths + 2 : 20);
  }
});

function matches(labels: Readonly<Record<string, string>>, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
