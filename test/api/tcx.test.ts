import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { testStack } from '../support/stack.ts';
import { lap, smallTcx, tcxOf, trackpoint } from '../support/tcx.ts';
import { checkedInject } from './support/contract.ts';
import { form } from './support/form.ts';

const stack = await testStack();
const inject = await checkedInject(stack.app);
beforeAll(() => stack.startWorkers().then(() => {}));

const get = async (url: string) => (await inject({ url, headers: stack.headers })).json();

async function upload(payload: string | Buffer, type = 'application/vnd.garmin.tcx+xml') {
  const headers = { ...stack.headers, prefer: 'wait=30', 'content-type': type };
  return inject({ method: 'POST', url: '/v1/uploads', headers, payload });
}

test('a TCX, raw, in gzip or in a form, becomes one track with its lap and session', async () => {
  const answer = await upload(smallTcx());
  expect(answer.statusCode, answer.body).toBe(201);
  const { id, links } = answer.json();
  const track = await get(links.track);
  expect(track).toMatchObject({ format: 'tcx', kind: 'track', sport: 'walking', name: 'A walk', device: 'Test 7' });
  expect(track).toMatchObject({ points: 60, elapsedS: 59, timerS: 59, pauses: [], warnings: [] });
  expect(track.laps).toEqual([expect.objectContaining({ timerS: 59, energyKcal: 9, trigger: 'distance' })]);
  expect(track.sessions).toEqual([expect.objectContaining({ sport: 'walking', firstSegment: 0 })]);
  expect((await get(links.series)).n).toBeGreaterThan(1);
  const { type, body } = form([{ name: 'file', fileName: 'ride.tcx', value: smallTcx() }]);
  for (const again of [await upload(gzipSync(smallTcx()), 'application/gzip'), await upload(body, type)]) {
    expect(again.json()).toMatchObject({ duplicateOf: id });
  }
});

test('an indoor TCX is a track without a place, and says so', async () => {
  const points = Array.from({ length: 60 }, (_, s) => trackpoint({ atS: s, distanceM: s * 3, heartRate: 130 }));
  const answer = await upload(tcxOf(lap([points.join('')])));
  expect(answer.statusCode, answer.body).toBe(201);
  expect(answer.json().warnings).toEqual([expect.objectContaining({ code: 'tcx/no-position', count: 60 })]);
  expect(await get(answer.json().links.track)).toMatchObject({ start: null, distanceM: 177, sport: 'cycling' });
});

test('a TCX cut short is refused with its byte', async () => {
  const torn = smallTcx({ points: 40 }).slice(0, 2_000);
  const answer = await upload(torn);
  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({ state: 'failed', error: { code: 'tcx/truncated', offset: 2_000 } });
});
