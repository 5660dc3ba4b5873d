import { rename } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { processUploadId } from '../../contracts/ids.ts';
import { PIPELINE_VERSION } from '../../contracts/track.ts';
import { bearer } from '../api/support/callers.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
const inline = await testStack({ inline: true });
const PATIENT = { timeout: 50_000, interval: 100 };

type Stack = typeof stack;
const call = async (of: Stack, method: 'GET' | 'POST', url: string, payload?: string) =>
  (
    await of.app.inject({ method, url, headers: { ...of.headers, prefer: 'wait=30' }, ...(payload && { payload }) })
  ).json();
const upload = (of: Stack, name: string) => call(of, 'POST', '/v1/uploads', smallGpx({ name }));

/** What a track says of itself, and what of it is stored. */
const artefactsOf = async (of: Stack, trackId: string) =>
  (
    await of.query<Record<string, unknown>>(
      `select t.id, t.statistics, t.pipeline_version, t.build, t.processed_by, t.run, t.input_sha256, s.series,
              encode(sha256(c.columns_gzip), 'hex') as columns
         from tracks t join track_series s on s.track_id = t.id join track_columns c on c.track_id = t.id where t.id = $1`,
      [trackId],
    )
  )[0];

/** As a pipeline of long ago would have left it. */
async function age(of: Stack, trackId: string): Promise<void> {
  await of.query(
    `update tracks set pipeline_version = 1, build = 'old', statistics = jsonb_set(statistics - 'summary', '{distanceM}', '1')
      where id = $1`,
    [trackId],
  );
  await of.query(`update track_series set series = '{"v":1,"n":0}' where track_id = $1`, [trackId]);
  await of.query(`update track_columns set columns_gzip = 'old' where track_id = $1`, [trackId]);
}

test('by the worker: a new workflow makes every figure and artefact again, under the same id', {
  timeout: 120_000,
}, async () => {
  const { stop } = await stack.startWorkers();
  const { id, trackId } = await upload(stack, 'made again');
  const before = await artefactsOf(stack, trackId);
  await age(stack, trackId);
  expect(await artefactsOf(stack, trackId)).toMatchObject({
    pipeline_version: 1,
    build: 'old',
    statistics: { distanceM: 1 },
  });
  expect((await call(stack, 'GET', `/v1/tracks/${trackId}/debug`)).reprocess.changes).toContain('summary');
  const again = await call(stack, 'POST', `/v1/uploads/${id}/reprocess`);
  expect(again).toMatchObject({ state: 'ready', run: 2, attempts: 1, trackId, processedBy: 'workflow' });
  expect(await artefactsOf(stack, trackId)).toEqual({ ...before, run: 2, pipeline_version: PIPELINE_VERSION });
  const handle = stack.client.workflow.getHandle(processUploadId(id, 2));
  expect(await handle.result()).toEqual({ outcome: 'ready', trackId });
  const view = await call(stack, 'GET', `/v1/tracks/${trackId}/debug`);
  expect(view.madeBy).toMatchObject({ path: 'workflow', run: 2, workflowId: processUploadId(id, 2) });
  await stop();
});

test('with no worker alive a reprocess is processed inline, and makes the same', { timeout: 120_000 }, async () => {
  const { id, trackId } = await upload(inline, 'inline again');
  const before = await artefactsOf(inline, trackId);
  await age(inline, trackId);
  const again = await call(inline, 'POST', `/v1/uploads/${id}/reprocess`);
  expect(again).toMatchObject({ state: 'ready', run: 2, processedBy: 'inline', trackId });
  expect(await artefactsOf(inline, trackId)).toEqual({ ...before, run: 2 });
  expect((await call(inline, 'GET', `/v1/tracks/${trackId}/debug`)).madeBy).toMatchObject({
    path: 'inline',
    workflowId: null,
  });
});

test('an original that is away fails the reprocess and not the track; restored and re-driven, it is made again', {
  timeout: 120_000,
}, async () => {
  const { id, trackId } = await upload(inline, 'original away');
  const before = await artefactsOf(inline, trackId);
  const [row] = await inline.query<{ blob_key: string }>('select blob_key from uploads where id = $1', [id]);
  const file = path.join(inline.blobDir, String(row?.blob_key).slice(0, 2), String(row?.blob_key));
  await rename(file, `${file}-away`);
  const failed = await call(inline, 'POST', `/v1/uploads/${id}/reprocess`);
  expect(failed).toMatchObject({
    state: 'ready',
    trackId,
    lastReprocess: { error: { code: 'processing/original-missing' } },
  });
  expect(await artefactsOf(inline, trackId)).toEqual(before);
  await rename(`${file}-away`, file);
  const { key } = await createKey(inline.db, { kind: 'operator', name: 'test' });
  const payload = { filter: { state: 'ready' }, reason: 'the original was restored', dryRun: false };
  const url = '/v1/ops/redrives';
  const order = await inline.app.inject({ method: 'POST', url, headers: bearer(key), payload });
  expect(order.json()).toMatchObject({ count: 1, byCode: [{ code: 'processing/original-missing', count: 1 }] });
  await expect.poll(() => call(inline, 'GET', `/v1/uploads/${id}`), PATIENT).toMatchObject({ state: 'ready', run: 3 });
  expect(await artefactsOf(inline, trackId)).toEqual({ ...before, run: 3 });
});
