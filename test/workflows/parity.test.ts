import { beforeAll, describe, expect, test } from 'vitest';
import { createUploadSteps } from '../../activities/upload-steps.ts';
import { processUpload } from '../../domain/upload/process-upload.ts';
import { corpusFiles, corpusIsHere } from '../support/corpus.ts';
import { smallFit } from '../support/fit.ts';
import { smallGpx } from '../support/gpx.ts';
import { homeRideGpx, leastMetresFromHome } from '../support/home.ts';
import { rideGpx } from '../support/rides.ts';
import { testStack } from '../support/stack.ts';

const viaWorkflow = await testStack();
const inline = await testStack();
beforeAll(() => viaWorkflow.startWorkers().then(() => {}));

const steps = createUploadSteps({
  db: inline.db,
  reader: inline.reader,
  build: 'test',
  processedBy: 'inline',
  ownerOf: () => 'inline:test',
});

/** Everything derived from an upload, without what may differ: ids, moments, and the path itself. */
const DERIVED = `select u.state, u.failure, u.content_sha256, t.format, t.statistics, t.pipeline_version, t.input_sha256,
    t.build, t.run, t.zone_m, (select input_sha256 from tracks where id = t.near_duplicate_of) as first, s.series, encode(sha256(c.columns_gzip), 'hex') as columns
  from uploads u left join tracks t on t.id = u.track_id left join track_series s on s.track_id = t.id
    left join track_columns c on c.track_id = t.id where u.id = $1`;

async function receive(stack: typeof inline, bytes: Buffer, receivedAt: string, wait: string) {
  const headers = { ...stack.headers, prefer: wait, 'content-type': 'application/octet-stream' };
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers, payload: bytes });
  if (!answer.json().id) return undefined; // refused at the door, before either path
  await stack.query('update uploads set received_at = $2 where id = $1', [answer.json().id, receivedAt]);
  return String(answer.json().id);
}

async function expectParity(bytes: Buffer): Promise<unknown> {
  const receivedAt = new Date().toISOString();
  const inlineId = await receive(inline, bytes, receivedAt, 'wait=0');
  const workflowId = await receive(viaWorkflow, bytes, receivedAt, 'wait=30');
  expect(inlineId === undefined).toBe(workflowId === undefined);
  if (inlineId === undefined) return undefined;
  await processUpload(steps, { uploadId: inlineId, run: 1, inflatedBytes: bytes.length });
  const [[a], [b]] = [await inline.query(DERIVED, [inlineId]), await viaWorkflow.query(DERIVED, [workflowId])];
  expect(a).toEqual(b);
  expect(['ready', 'failed']).toContain(Object(a).state);
  return a;
}

describe('both paths leave the same rows and artefacts', () => {
  test('of a good recording', () => expectParity(Buffer.from(smallGpx())).then(() => {}));
  test('of the same ride from two devices: the second is linked', async () => {
    await expectParity(Buffer.from(rideGpx({ recorder: 'watch' })));
    const second = Buffer.from(rideGpx({ recorder: 'bike computer', everyS: 4, digits: 5, east: 8 }));
    expect(await expectParity(second)).toMatchObject({ first: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
  test('of one with a privacy zone', async () => {
    for (const stack of [inline, viaWorkflow]) {
      await stack.query('update accounts set privacy_zone_m = 400, privacy_key = 12');
    }
    const row = Object(await expectParity(Buffer.from(homeRideGpx())));
    expect(leastMetresFromHome(JSON.stringify([row.statistics, row.series]))).toBeGreaterThan(200);
    expect(row.zone_m).toBe(400);
    for (const stack of [inline, viaWorkflow]) await stack.query('update accounts set privacy_zone_m = 0');
  });

  test('of a refused one', () => expectParity(Buffer.from(smallGpx().slice(0, -40))).then(() => {}));

  test('of a FIT, a torn one and a damaged one', async () => {
    for (const bytes of [smallFit(), smallFit().subarray(0, -100), smallFit({ fileCrc: 'wrong' })]) {
      await expectParity(bytes);
    }
  });

  const folders = corpusIsHere ? (['gpx', 'fit', 'derived'] as const) : [];
  test.each(folders)(
    'of every file in %s/ of the corpus, the damaged ones too',
    { timeout: 180_000 },
    async (folder) => {
      const files = await corpusFiles(folder);
      expect(files.length).toBeGreaterThan(5);
      for (const { bytes } of files) await expectParity(bytes);
    },
  );
});
