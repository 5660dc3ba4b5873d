import { expect, test } from 'vitest';
import { asStepFailure } from '../../activities/step-failures.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { createValhalla, ValhallaAway, ValhallaRefused } from '../../services/valhalla.ts';
import { type FakeValhalla, fakeValhalla, send } from '../support/valhalla/fake.ts';
import { recordedLine } from '../support/valhalla/questions.ts';

const TIMEOUT_MS = 300;

async function client() {
  const fake = await fakeValhalla();
  const valhalla = createValhalla({ url: fake.url, region: 'drawn', timeoutMs: TIMEOUT_MS });
  return { fake, valhalla, match: () => valhalla.match(recordedLine('walk'), 'pedestrian') };
}

const outcomesOf = (valhalla: { tally: { take(): readonly { outcome: string; calls: number }[] } }) =>
  Object.fromEntries(valhalla.tally.take().map(({ outcome, calls }) => [outcome, calls]));

test('an answer is read: ways in order, a place on them for each point, and where the route breaks', async () => {
  const { match, valhalla } = await client();
  const { edges, edgeOf, shareOf, breaksAfter } = await match();
  expect(edges.map(({ kind }) => kind).slice(0, 3)).toEqual(['street', 'cycleway', 'track']);
  expect(edges[2]).toEqual({ kind: 'track', surface: 'gravel', lengthM: 500 });
  expect([edgeOf.length, shareOf.length]).toEqual([recordedLine('walk').lat.length, edgeOf.length]);
  expect(edgeOf).toContain(-1);
  expect(breaksAfter.length).toBeGreaterThan(0);
  expect(outcomesOf(valhalla)).toEqual({ ok: 1 });
});

test('no way anywhere near is an answer, not a fault', async () => {
  const { valhalla } = await client();
  const line = recordedLine('nowhere');
  const match = await valhalla.match(line, 'pedestrian');
  expect(match.edgeOf).toEqual(Array.from(line.lat, () => -1));
  expect(outcomesOf(valhalla)).toEqual({ 'no-match': 1 });
});

type Behaviour = Parameters<FakeValhalla['behave']>[0];
const answering =
  (status: number, body: unknown): Behaviour =>
  (_, response) =>
    send(response, status, body);

test.each<[string, Behaviour, string]>([
  ['hangs', () => {}, 'timeout'],
  ['answers half and then hangs', (_, response) => void response.writeHead(200).write('{"edges":['), 'timeout'],
  ['breaks off', (_, response) => void response.destroy(), 'away'],
  ['answers 500', answering(500, { error: 'x' }), 'away'],
  ['answers 503', answering(503, {}), 'away'],
  ['answers 429', answering(429, { error_code: 1 }), 'away'],
  ['is another program', answering(404, { message: 'not found' }), 'away'],
  ['sends somewhere else', (_, response) => void response.writeHead(302, { location: '/x' }).end(), 'away'],
  ['answers no JSON', (_, response) => void response.writeHead(200).end('<html>'), 'bad-answer'],
  ['answers about other points', answering(200, { edges: [], matched_points: [{}] }), 'bad-answer'],
])('one that %s is away: tried again by whoever called, once here', async (_, behaviour, outcome) => {
  const { fake, valhalla, match } = await client();
  fake.behave(behaviour);
  const error = await match().catch((each: unknown) => each);
  expect(error).toBeInstanceOf(ValhallaAway);
  expect(asStepFailure(error, 1)).toMatchObject({ type: 'processing/outage', nonRetryable: false });
  expect(outcomesOf(valhalla)).toEqual({ [outcome]: 1 });
  expect(fake.asked).toHaveLength(1);
  expect(String(error), 'nothing of the line').not.toMatch(/40\.0|39\.99/);
});

test.each([
  [153, 'Too many shape points: (16001). The limit is 16000'],
  [123, 'Insufficient shape provided'],
  [100, 'Failed to parse json request'],
])('the refusal %i is one for good, and opens no breaker', async (errorCode, error) => {
  const { fake, valhalla, match } = await client();
  fake.behave(answering(400, { error_code: errorCode, error, status_code: 400, status: 'Bad Request' }));
  for (let i = 0; i < 7; i++) await expect(match()).rejects.toBeInstanceOf(ValhallaRefused);
  await expect(match()).rejects.toMatchObject({ errorCode });
  expect(outcomesOf(valhalla)).toEqual({ refused: 8 });
});

test('after five failures in a row nobody waits for its time-out any more', async () => {
  const { fake, valhalla, match } = await client();
  fake.behave(answering(503, {}));
  for (let i = 0; i < 12; i++) await expect(match()).rejects.toBeInstanceOf(ValhallaAway);
  expect(outcomesOf(valhalla)).toEqual({ away: 5, 'breaker-open': 7 });
  expect(fake.asked).toHaveLength(5);
});

test('four questions at once, and the others wait for their turn', async () => {
  const { fake, match } = await client();
  let open = 0;
  let most = 0;
  fake.behave((_, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      send(response, 400, { error_code: 444 });
    }, 20);
  });
  await Promise.all(Array.from({ length: 12 }, match));
  expect(most).toBe(4);
});

test('the age of the map is asked for once, and is not known while nobody answers', async () => {
  const { fake, valhalla } = await client();
  fake.behave(answering(503, {}));
  expect(await valhalla.mapVersion()).toBeUndefined();
  fake.behave(undefined);
  const builtAt = new Date(fake.builtAt * 1_000).toISOString();
  expect([await valhalla.mapVersion(), await valhalla.mapVersion()]).toEqual([builtAt, builtAt]);
  expect(fake.asked.map(({ path }) => path)).toEqual(['/status', '/status']);
});

test('nobody listens there at all', async () => {
  const valhalla = createValhalla({
    url: `http://127.0.0.1:${await freePort()}`,
    region: 'drawn',
    timeoutMs: TIMEOUT_MS,
  });
  await expect(valhalla.match(recordedLine('nowhere'), 'auto')).rejects.toThrow('Valhalla: away, ECONNREFUSED');
});
