import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { PIPELINE_VERSION } from '../../contracts/track.ts';
import { renewWorker } from '../../db/workers.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';
import { fails, runs } from './support/runs.ts';

const stack = await apiStack();
const { db, query, inject, headers } = stack;
let operator = {};
beforeAll(async () => {
  operator = bearer((await createKey(db, { kind: 'operator', name: 'test' })).key);
});

let walks = 0;
/** A track made by the real steps of `build`; the original is really stored. */
async function made(build = 'test'): Promise<{ id: string; trackId: string; url: string }> {
  const payload = smallGpx({ name: `Debug ${++walks}` });
  const { id } = (await inject({ method: 'POST', url: '/v1/uploads', headers, payload })).json();
  const { trackId } = Object(await runs(db, id, 1, undefined, build));
  return { id, trackId, url: `/v1/tracks/${trackId}/debug` };
}

const debug = async (url: string) => (await inject({ url, headers })).json();
const codesOf = (view: { findings: { code: string }[] }) => view.findings.map(({ code }) => code);
const worker = (build: string) => renewWorker(db, { id: build, build, queues: ['q'], pid: 1 });
const noWorker = () => query('delete from workers');

test('a track of now, by a worker of the same build as this API: nothing would change', async () => {
  await worker('test');
  const { id, trackId, url } = await made();
  const view = await debug(url);
  expect(view).toMatchObject({
    trackId,
    uploadId: id,
    madeBy: {
      build: 'test',
      pipelineVersion: PIPELINE_VERSION,
      path: 'workflow',
      run: 1,
      workflowId: `upload:${id}:1`,
    },
    upload: { state: 'ready', run: 1, attempts: 1 },
    original: 'present',
    artefacts: { series: { points: 2 }, columns: { bytes: 3 }, wayTypes: { status: 'not-configured' } },
    now: { pipelineVersion: PIPELINE_VERSION, apiBuild: 'test', workerBuilds: ['test'] },
    reprocess: { possible: true, changes: [], byBuilds: ['test'] },
  });
  expect(codesOf(view)).toEqual(['way-types-absent']);
  const [row] = await query<{ input_sha256: string; updated_at: Date }>(
    'select input_sha256, updated_at from tracks where id = $1',
    [trackId],
  );
  expect(view.madeBy).toMatchObject({ inputSha256: row?.input_sha256, at: row?.updated_at.toISOString() });
  await noWorker();
});

test('an inline track has no workflow; with no worker alive this API would make it again', async () => {
  const { trackId, url } = await made();
  await query(`update tracks set processed_by = 'inline' where id = $1`, [trackId]);
  const view = await debug(url);
  expect(view.madeBy).toMatchObject({ path: 'inline', workflowId: null });
  expect(codesOf(view)).toEqual(['no-worker', 'way-types-absent']);
  expect(view.reprocess.byBuilds).toEqual(['test']);
});

test('stale: an older pipeline, a build that is gone, workers of another build, artefacts that are missing', async () => {
  await worker('newer');
  const { trackId, url } = await made('gone');
  await query('update tracks set pipeline_version = 1 where id = $1', [trackId]);
  await query('delete from track_series where track_id = $1', [trackId]);
  const view = await debug(url);
  expect(codesOf(view)).toEqual([
    'pipeline-older',
    'build-gone',
    'workers-differ',
    'series-missing',
    'way-types-absent',
  ]);
  expect(view.artefacts.series).toBeNull();
  expect(view.reprocess).toEqual({
    possible: true,
    changes: ['laps', 'summary', 'gpsQuality', 'series'],
    byBuilds: ['newer'],
  });
  await query(`update workers set seen_at = now() - interval '1 minute'`);
  expect(codesOf(await debug(url)), 'a worker that fell silent is none').toContain('no-worker');
  await noWorker();
});

test('a reprocess that is under way, then one that failed, are told with the failure', async () => {
  const { id, url } = await made();
  await inject({ method: 'POST', url: `/v1/uploads/${id}/reprocess`, headers });
  expect(codesOf(await debug(url))).toContain('reprocess-open');
  await fails(db, id, { run: 2, code: 'gpx/malformed' });
  const view = await debug(url);
  expect(codesOf(view)).toContain('reprocess-failed');
  expect(view.upload).toMatchObject({ state: 'ready', run: 2, lastFailure: { code: 'gpx/malformed', kind: 'user' } });
  expect(view.madeBy.run).toBe(1);
});

test('an original that is gone, or shorter than it was, makes a reprocess impossible', async () => {
  const { id, url } = await made();
  await query('update uploads set stored_bytes = stored_bytes + 1 where id = $1', [id]);
  expect(await debug(url)).toMatchObject({ original: 'damaged', reprocess: { possible: false } });
  await query(`update uploads set blob_key = repeat('0', 64) where id = $1`, [id]);
  const view = await debug(url);
  expect(view).toMatchObject({ original: 'missing', reprocess: { possible: false } });
  expect(codesOf(view)).toContain('original-missing');
});

test('operators see the same of any track under their own address; others see nothing', async () => {
  const { trackId, url } = await made();
  const ofOperator = await inject({ url: `/v1/ops/tracks/${trackId}/debug`, headers: operator });
  expect(ofOperator.json()).toEqual(await debug(url));
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'stranger', name: 'test' });
  expectProblem(await inject({ url, headers: bearer(key) }), 'request/not-found');
});
