import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { openHistory } from '../../cli/histories/open-history.ts';
import { processUploadId } from '../../contracts/ids.ts';
import { createValhalla, type Valhalla } from '../../services/valhalla.ts';
import { expectCost } from '../support/costs.ts';
import { eventTypes } from '../support/histories.ts';
import { type Stack, testStack } from '../support/stack.ts';
import { LONG_LINE, WALK_LINE } from '../support/valhalla/drawn-map.ts';
import { fakeValhalla, send } from '../support/valhalla/fake.ts';
import { RECORDED_WALK } from '../support/valhalla/questions.ts';
import { realValhalla } from '../support/valhalla/real.ts';
import { walkGpx } from '../support/valhalla/walks.ts';

const PATIENT = { timeout: 40_000, interval: 100 };
const fake = await fakeValhalla(afterAll);
const remembered = await testStack({
  valhalla: createValhalla({ url: fake.url, region: 'drawn', timeoutMs: 2_000 }),
  inline: true,
});
let workers: { stop(): Promise<void> } | undefined;
beforeAll(async () => {
  workers = await remembered.startWorkers();
});

const MAP_VERSION = new Date(fake.builtAt * 1_000).toISOString();

let walks = 0;
const walk = () => walkGpx(WALK_LINE, { ...RECORDED_WALK, name: `Walk ${++walks}`, type: 'hiking' });

async function upload(stack: Stack, payload: string): Promise<{ id: string; trackId: string }> {
  const headers = { ...stack.headers, prefer: 'wait=30' };
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers, payload });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}

async function reprocess(stack: Stack, { id }: { id: string }): Promise<void> {
  const headers = { ...stack.headers, prefer: 'wait=30' };
  const answer = await stack.app.inject({ method: 'POST', url: `/v1/uploads/${id}/reprocess`, headers });
  expect(answer.json(), answer.body).toMatchObject({ state: 'ready', run: 2 });
}

const get = async (stack: Stack, url: string) => (await stack.app.inject({ url, headers: stack.headers })).json();
const wayTypesOf = async (stack: Stack, { trackId }: { trackId: string }) =>
  (await get(stack, `/v1/tracks/${trackId}`)).wayTypes;
const statusOf = async (stack: Stack, track: { trackId: string }) => (await wayTypesOf(stack, track)).status;

test('a track gets its way types after it is ready: one more action, and ids alone in the history', async () => {
  const made = await upload(remembered, walk());
  await expect.poll(() => statusOf(remembered, made), PATIENT).toBe('ready');
  const { wayTypes, segments } = await get(remembered, `/v1/tracks/${made.trackId}/way-types`);
  expect(await wayTypesOf(remembered, made)).toEqual(wayTypes);
  expect(wayTypes).toMatchObject({ costing: 'pedestrian', region: 'drawn', mapVersion: MAP_VERSION });
  expect(wayTypes.segments).toBe(segments.length);
  const { distanceM } = await get(remembered, `/v1/tracks/${made.trackId}`);
  const lengthM = segments.reduce((sum: number, segment: { lengthM: number }) => sum + segment.lengthM, 0);
  expect(Math.abs(lengthM - distanceM)).toBeLessThan(0.1);

  const handle = remembered.client.workflow.getHandle(processUploadId(made.id, 1));
  await handle.result();
  const history = await handle.fetchHistory();
  expectCost(history, BUDGETS.processUpload['ordinary-wayTypes']);
  expect(eventTypes(history).filter((type) => type.startsWith('ACTIVITY_TASK'))).toHaveLength(3);
  const opened = await openHistory(JSON.parse(historyToJSON(history)), remembered.codecKeys);
  const payloads = JSON.stringify(opened).match(/"data":"[^"]*"/g) ?? [];
  const text = payloads.map((each) => Buffer.from(each.slice(8, -1), 'base64').toString()).join('\n');
  expect(text).toContain(made.trackId);
  expect(text).not.toMatch(/4[01]\.\d{3}|-39\.\d{3}|gravel|cycleway/);
});

test('the tag of the track changes when way types come, and calls are counted by region', async () => {
  await remembered.query('delete from way_matches');
  fake.behave((_, response) => send(response, 503, {}));
  const made = await upload(remembered, walk());
  const url = `/v1/tracks/${made.trackId}`;
  await expect.poll(() => statusOf(remembered, made), PATIENT).toBe('unavailable');
  const { headers } = await remembered.app.inject({ url, headers: remembered.headers });
  fake.behave(undefined);
  await reprocess(remembered, made);
  await expect.poll(() => statusOf(remembered, made), PATIENT).toBe('ready');
  const again = { ...remembered.headers, 'if-none-match': String(headers.etag) };
  expect((await remembered.app.inject({ url, headers: again })).statusCode).toBe(200);
  const metrics = async () => (await remembered.app.inject({ url: '/metrics' })).body;
  for (const outcome of ['ok', 'away']) {
    const line = `cairn_upstream_calls_total{upstream="valhalla",region="drawn",outcome="${outcome}"} `;
    await expect.poll(metrics, PATIENT).toContain(line); // a scrape may be 3 s old
  }
});

test('away: ready without them, and the debug view says so; the workflow tries again by itself', async () => {
  fake.behave((request) => request.socket.destroy());
  const gpx = walkGpx(WALK_LINE, { noiseM: 1, name: 'A line that nobody has asked about', type: 'hiking' });
  const made = await upload(remembered, gpx);
  await expect
    .poll(() => wayTypesOf(remembered, made), PATIENT)
    .toMatchObject({ status: 'unavailable', fault: 'away' });
  const debug = await get(remembered, `/v1/tracks/${made.trackId}/debug`);
  expect(debug.findings.map(({ code }: { code: string }) => code)).toContain('way-types-unavailable');
  expect(debug.reprocess.changes).toContain('wayTypes');
  fake.behave((request, response) => {
    // A line of its own: nothing is recorded of it, so there is no way near.
    if (request.url === '/status') return send(response, 200, { tileset_last_modified: fake.builtAt });
    return send(response, 400, { error_code: 444 });
  });
  await expect.poll(() => wayTypesOf(remembered, made), PATIENT).toMatchObject({ status: 'ready', unmatchedShare: 1 });
  fake.behave(undefined);
});

test('away, a line that was matched before is answered from the cache', async () => {
  const first = await upload(remembered, walk());
  await expect.poll(() => statusOf(remembered, first), PATIENT).toBe('ready');
  fake.behave((_, response) => send(response, 503, {}));
  const second = await upload(remembered, walk());
  await expect.poll(() => statusOf(remembered, second), PATIENT).toBe('ready');
  fake.behave(undefined);
});

test('a refusal is written down at once and not asked again', async () => {
  fake.behave((_, response) => send(response, 400, { error_code: 153 }));
  const gpx = walkGpx(WALK_LINE, { noiseM: 1, seed: 8, name: 'Refused', type: 'hiking' });
  const made = await upload(remembered, gpx);
  await expect
    .poll(() => wayTypesOf(remembered, made), PATIENT)
    .toMatchObject({ status: 'unavailable', fault: 'refused' });
  const handle = remembered.client.workflow.getHandle(processUploadId(made.id, 1));
  expect(await handle.result()).toMatchObject({ outcome: 'ready' });
  expectCost(await handle.fetchHistory(), BUDGETS.processUpload['ordinary-wayTypes']);
  fake.behave(undefined);
});

test('on water nobody is asked', async () => {
  const asked = fake.asked.length;
  const made = await upload(remembered, walkGpx(WALK_LINE, { name: 'Swim', type: 'open_water_swimming' }));
  await expect.poll(() => statusOf(remembered, made), PATIENT).toBe('not-applicable');
  expect(fake.asked.length).toBe(asked);
});

test('processed inline they are left out, and the track says so; a reprocess by a worker adds them', async () => {
  await workers?.stop();
  await remembered.query('delete from workers');
  const made = await upload(remembered, walk());
  expect(await wayTypesOf(remembered, made)).toEqual({ status: 'skipped' });
  const debug = await get(remembered, `/v1/tracks/${made.trackId}/debug`);
  expect(debug.findings.map(({ code }: { code: string }) => code)).toContain('way-types-absent');
  workers = await remembered.startWorkers();
  await remembered.query(
    `insert into workers (id, build, queues, pid, seen_at) values ('w', 'test', '{q}', 1, now() + interval '1 hour')`,
  );
  await reprocess(remembered, made);
  await expect.poll(() => statusOf(remembered, made), PATIENT).toBe('ready');
});

const real = await realValhalla();

describe.skipIf(!real)('on the real Valhalla', () => {
  test('killed in mid-run: the track is ready without them; a reprocess adds them', { timeout: 120_000 }, async () => {
    const client = createValhalla({ url: real?.url ?? '', region: 'drawn', timeoutMs: 5_000 });
    let asked = 0;
    const valhalla: Valhalla = {
      ...client,
      match: async (...question) => {
        if (++asked === 2) await real?.kill(); // after its first answer, before its second
        return client.match(...question);
      },
    };
    const stack = await testStack({ valhalla });
    await stack.startWorkers();
    const made = await upload(stack, walkGpx(LONG_LINE, { everyM: 20, noiseM: 3, type: 'cycling' }));
    await expect.poll(() => wayTypesOf(stack, made), PATIENT).toMatchObject({ status: 'unavailable', fault: 'away' });
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(await get(stack, `/v1/uploads/${made.id}`)).toMatchObject({ state: 'ready', run: 1 });
    await real?.start();
    await reprocess(stack, made);
    await expect.poll(() => statusOf(stack, made), PATIENT).toBe('ready');
    const { segments } = await get(stack, `/v1/tracks/${made.trackId}/way-types`);
    expect(segments).toHaveLength(24);
  });
});
