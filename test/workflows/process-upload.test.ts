import { beforeAll, expect, test } from 'vitest';
import { processUploadId } from '../../contracts/ids.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
beforeAll(() => stack.startWorkers().then(() => {}));

async function upload(body: string | Buffer, wait = 'wait=30') {
  const { headers, app } = stack;
  return app.inject({ method: 'POST', url: '/v1/uploads', headers: { ...headers, prefer: wait }, payload: body });
}

test('a GPX becomes a track by its workflow', async () => {
  const created = await upload(smallGpx());
  expect(created.statusCode, created.body).toBe(201);
  const { id, trackId, processedBy } = created.json();
  expect(processedBy).toBe('workflow');
  const track = await stack.app.inject({ url: `/v1/tracks/${trackId}`, headers: stack.headers });
  expect(track.json()).toMatchObject({ uploadId: id, name: 'Morning walk', points: 60, elapsedS: 59, format: 'gpx' });
  const described = await stack.client.workflow.getHandle(processUploadId(id, 1)).describe();
  expect(await described.staticSummary()).toMatch(/^gpx recording, \d+ bytes, run 1$/);
});

test('a broken GPX is refused with code and offset, and the workflow completes', async () => {
  const refused = await upload(smallGpx().slice(0, -30));
  expect(refused.statusCode).toBe(422);
  expect(refused.json()).toMatchObject({ code: 'gpx/truncated', state: 'failed' });
  expect(refused.json().offset).toBeGreaterThan(100);
});
