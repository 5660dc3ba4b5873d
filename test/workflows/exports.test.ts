import { expect, test } from 'vitest';
import type { TrackStatistics } from '../../contracts/track.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { corpusFiles, corpusIsHere } from '../support/corpus.ts';
import { smallFit } from '../support/fit.ts';
import { testStack } from '../support/stack.ts';

/** What a user does who takes a recording away and brings it to another site: the other one is this one again. */

const stack = await testStack();
await stack.startWorkers();
await stack.query(`update accounts set plan = 'premium'`);
const { headers } = stack;

interface Shown extends TrackStatistics {
  readonly id: string;
  readonly format: string;
  readonly nearDuplicateOf: string | null;
}

async function uploaded(bytes: Uint8Array): Promise<Shown> {
  const upload = await stack.app.inject({
    method: 'POST',
    url: '/v1/uploads',
    headers: { ...headers, 'content-type': 'application/octet-stream', prefer: 'wait=30' },
    payload: Buffer.from(bytes),
  });
  expect(upload.statusCode, upload.body).toBe(201);
  return (await stack.app.inject({ url: `/v1/tracks/${upload.json().trackId}`, headers })).json();
}

async function exported({ id }: Shown, format: string): Promise<Buffer> {
  const answer = await stack.app.inject({ url: `/v1/tracks/${id}/export.${format}`, headers });
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
  expect(answer.headers['content-disposition']).toMatch(new RegExp(`^attachment; filename="[ -~]+\\.${format}"`));
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  return answer.rawPayload;
}

const RECORDINGS = {
  FIT: ['fit', 'tormoder-garmin-edge-500-activitiy.fit', smallFit({ points: 300 })],
  GPX: ['gpx', 'togeojson-run_gpxtpx.gpx', generateGpx({ points: 300, sensors: ['heartRate'] })],
} as const;

test.each(Object.entries(RECORDINGS))(
  'a %s is uploaded, exported three times, and its exports are uploaded again: near-duplicates with its figures',
  async (_name, [folder, file, made]) => {
    const bytes = corpusIsHere ? (await corpusFiles(folder)).find(({ name }) => name === file)?.bytes : made;
    const first = await uploaded(bytes ?? made);
    expect(first.nearDuplicateOf).toBeNull();
    const line = JSON.parse((await exported(first, 'geojson')).toString());
    expect(line.geometry.coordinates.flat(2).length).toBeGreaterThan(60);
    for (const format of ['gpx', 'fit']) {
      const again = await uploaded(await exported(first, format));
      expect(again.nearDuplicateOf, format).toBe(first.id);
      expectAlike(again, first);
      // GPX leaves out what has no position: nine seconds of the FIT.
      if (format === 'fit') expect(again.points).toBe(first.points);
      else expect(again.points / first.points).toBeGreaterThan(0.999);
    }
  },
);

/** Times within the second that a FIT has, positions within its half centimetre, heights within its fifth of a metre. */
function expectAlike(again: Shown, first: Shown): void {
  for (const name of ['sport', 'kind'] as const) if (first[name] !== null) expect(again[name]).toBe(first[name]);
  expect(Math.abs(again.distanceM - first.distanceM)).toBeLessThanOrEqual(1e-4 * first.distanceM);
  // GPX cannot say that a timer stood while records went on.
  for (const name of again.format === 'fit' ? (['elapsedS', 'timerS', 'movingS'] as const) : (['elapsedS'] as const))
    expect(Math.abs((again[name] ?? 0) - (first[name] ?? 0)), name).toBeLessThanOrEqual(2);
  const gainM = Math.abs((again.elevationGainM ?? 0) - (first.elevationGainM ?? 0));
  expect(gainM).toBeLessThanOrEqual(0.01 * (first.elevationGainM ?? 0) + 3);
  const averages = [again, first].map(({ summary }) => Math.round(summary.heartRateBpm?.average ?? 0));
  expect(averages[0]).toBe(averages[1]);
}
