import { beforeAll, describe, expect, test } from 'vitest';
import { readWaitS } from '../../api/uploads/wait.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';
import { checkedInject } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';

const stack = await testStack();
const inject = await checkedInject(stack.app);

async function upload(payload: string, prefer?: string) {
  const headers = { ...stack.headers, ...(prefer && { prefer }) };
  return inject({ method: 'POST', url: '/v1/uploads', headers, payload });
}

test('while nobody works, whoever waits gets 202 when his time is over', async () => {
  const answer = await upload(smallGpx({ name: 'nobody works' }), 'wait=1');
  expect(answer.statusCode).toBe(202);
  expect(answer.headers['preference-applied']).toBe('wait=1');
  expect(answer.json()).toMatchObject({ state: 'received', attempts: 0 });
});

describe('while somebody works', () => {
  beforeAll(() => stack.startWorkers().then(() => {}));

  test('whoever waits gets the track: 201', async () => {
    const answer = await upload(smallGpx({ name: 'waited for' }), 'respond-async, wait=30');
    expect(answer.statusCode, answer.body).toBe(201);
    const { id, state, trackId, links } = answer.json();
    expect({ state, track: links.track, location: answer.headers.location }).toEqual({
      state: 'ready',
      track: `/v1/tracks/${trackId}`,
      location: `/v1/uploads/${id}`,
    });
    const track = await inject({ url: links.track, headers: stack.headers });
    expect(track.json()).toMatchObject({ id: trackId, uploadId: id, name: 'waited for' });
    expect((await inject({ url: links.series, headers: stack.headers })).json()).toMatchObject({
      v: 1,
      time_dist_reason: null,
    });
  });

  test('whoever waits for a file that is broken gets the reason: 422, and where to find it', async () => {
    const answer = await upload(smallGpx({ name: 'broken' }).slice(0, -40), 'wait=30');
    const problem = expectProblem(answer, 'gpx/truncated');
    expect(problem).toMatchObject({ state: 'failed', error: { code: 'gpx/truncated' }, offset: expect.any(Number) });
    expect(answer.headers.location).toBe(`/v1/uploads/${problem.id}`);
    const shown = await inject({ url: `/v1/uploads/${problem.id}`, headers: stack.headers });
    expect(shown.json()).toMatchObject({ state: 'failed', error: { code: 'gpx/truncated', offset: problem.offset } });
  });
});

test.each([
  [undefined, 0],
  ['wait=5', 5],
  ['wait = "7"', 7],
  ['respond-async; wait=3', 3],
  ['return=minimal, WAIT=4', 4],
  ['wait=999999', 30],
  ['await=5', 0],
  ['wait=-5', 0],
  ['wait', 0],
])('Prefer: %s waits %i seconds', (prefer, seconds) => expect(readWaitS(prefer)).toBe(seconds));
