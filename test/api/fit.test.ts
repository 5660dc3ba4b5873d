import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { aboutFile, records, START_S, sessionOf, smallFit } from '../support/fit.ts';
import { fitFile } from '../support/fit-bytes.ts';
import { testStack } from '../support/stack.ts';
import { checkedInject } from './support/contract.ts';

const stack = await testStack();
const inject = await checkedInject(stack.app);
beforeAll(() => stack.startWorkers().then(() => {}));

const get = async (url: string) => (await inject({ url, headers: stack.headers })).json();

async function upload(payload: Buffer) {
  const headers = { ...stack.headers, prefer: 'wait=30', 'content-type': 'application/octet-stream' };
  return inject({ method: 'POST', url: '/v1/uploads', headers, payload });
}

test('a FIT, plain or in gzip, becomes a track with its laps and sessions', async () => {
  const bytes = smallFit();
  const answer = await upload(bytes);
  expect(answer.statusCode, answer.body).toBe(201);
  const track = await get(answer.json().links.track);
  expect(track).toMatchObject({ format: 'fit', sport: 'walking', points: 60, elapsedS: 59, timerS: 59, pauses: [] });
  expect(track.laps).toEqual([expect.objectContaining({ distanceM: 82.01, trigger: 'distance' })]);
  expect(track.sessions).toEqual([expect.objectContaining({ sport: 'walking', firstSegment: 0 })]);
  expect((await upload(gzipSync(bytes))).json()).toMatchObject({ duplicateOf: answer.json().id });
});

test('a torn FIT becomes a track that says what was lost', async () => {
  const answer = await upload(smallFit({ points: 50 }).subarray(0, -150));
  expect(answer.statusCode, answer.body).toBe(201);
  const damage = { code: 'fit/damaged', offset: expect.any(Number), count: expect.any(Number) };
  expect(answer.json().warnings).toEqual([expect.objectContaining(damage)]);
  expect((await get(answer.json().links.track)).warnings).toEqual(answer.json().warnings);
});

test('a FIT that is damaged in the middle is refused with its byte', async () => {
  const bytes = smallFit({ points: 40, fileCrc: 'wrong' });
  const answer = await upload(bytes);
  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({
    state: 'failed',
    error: { code: 'fit/bad-checksum', offset: bytes.length - 2 },
  });
});

test('an indoor ride is a track without a place', async () => {
  const record = records(['timestamp', 'heart_rate', 'distance', 'power']);
  const rows = Array.from({ length: 90 }, (_, s) => record.data(START_S + s, 130, s * 800, 220));
  const ride = [...record.definition, ...rows.flat(), ...sessionOf({ from: 0, to: 89, sport: 2, subSport: 6 })];
  const answer = await upload(fitFile([...aboutFile(), ...ride]));
  expect(answer.statusCode, answer.body).toBe(201);
  const { links } = answer.json();
  expect(await get(links.track)).toMatchObject({
    start: null,
    end: null,
    bounds: null,
    distanceM: 712,
    sport: 'cycling',
  });
  expect(await get(links.series)).toMatchObject({ lat_e6: null, lon_e6: null, n: 90 });
});
