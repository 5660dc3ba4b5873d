import { expect, test } from 'vitest';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { savedTrack } from './support/track.ts';

const stack = await apiStack();
const { headers } = stack;

test('a track is shown with every field that was derived, and those that the contract names', async () => {
  const { trackId, uploadId, statistics } = await savedTrack(stack.db, 'tester');
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}`, headers });
  expect(answer.json()).toEqual({
    sessions: [],
    pauses: [],
    utcOffsetS: null,
    ...JSON.parse(JSON.stringify(statistics)),
    id: trackId,
    uploadId,
    format: 'gpx',
    wayTypes: { status: 'not-configured' },
    privacyZoneM: null,
    privacyZoneAppliedM: 0,
    pipelineVersion: 2,
    inputSha256: 'ab'.repeat(32),
    createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
    nearDuplicateOf: null,
    links: {
      self: `/v1/tracks/${trackId}`,
      series: `/v1/tracks/${trackId}/series`,
      wayTypes: `/v1/tracks/${trackId}/way-types`,
    },
  });
});

test('a track of pipeline version 1 is shown with null for what came later', async () => {
  const { trackId, statistics } = await savedTrack(stack.db, 'tester');
  await stack.query(
    `update tracks set pipeline_version = 1, statistics = statistics - '{laps,summary,gpsQuality}'::text[] where id = $1`,
    [trackId],
  );
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}`, headers });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    distanceM: statistics.distanceM,
    laps: null,
    summary: null,
    gpsQuality: null,
    pipelineVersion: 1,
  });
});

test('a series is shown whole', async () => {
  const { trackId, series } = await savedTrack(stack.db, 'tester', smallGpx({ points: 3_000 }));
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}/series`, headers });
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(series)));
});

const TIMELESS = smallGpx().replaceAll(/<time>[^<]*<\/time>|<ele>[^<]*<\/ele>/g, '');

test('what a recording cannot tell is null, in track and series', async () => {
  const { trackId, series } = await savedTrack(stack.db, 'tester', TIMELESS);
  const track = await stack.inject({ url: `/v1/tracks/${trackId}`, headers });
  expect(track.json()).toMatchObject({ startedAt: null, elapsedS: null, elevationGainM: null, sport: null });
  const shown = await stack.inject({ url: `/v1/tracks/${trackId}/series`, headers });
  expect(shown.json()).toEqual(JSON.parse(JSON.stringify(series)));
  expect(shown.json()).toMatchObject({ time_dist: null, time_dist_reason: 'no-times', ele_dm: null });
});

test.each([
  ['the year 0001', '0001-01-01T00:00:00.000Z'],
  ['a year of five digits', '+010000-01-01T00:00:00.000Z'],
])('a date that is odd (%s) is shown, never a 500', async (_what, startedAt) => {
  const { trackId } = await savedTrack(stack.db, 'tester');
  await stack.query(
    `update tracks set statistics = statistics || jsonb_build_object('startedAt', $2::text) where id = $1`,
    [trackId, startedAt],
  );
  const answer = await stack.app.inject({ url: `/v1/tracks/${trackId}`, headers });
  expect({ status: answer.statusCode, startedAt: answer.json().startedAt }).toEqual({ status: 200, startedAt });
});

test('an upload that became a track links to it and shows its warnings', async () => {
  const { trackId, uploadId, statistics } = await savedTrack(stack.db, 'tester', TIMELESS);
  const answer = await stack.inject({ url: `/v1/uploads/${uploadId}`, headers });
  expect(answer.json()).toMatchObject({
    state: 'ready',
    trackId,
    processedBy: 'workflow',
    warnings: statistics.warnings,
    links: { track: `/v1/tracks/${trackId}`, series: `/v1/tracks/${trackId}/series` },
  });
});

test('a failed upload shows the reason as a problem', async () => {
  const { uploadId } = await savedTrack(stack.db, 'tester');
  const failure = { code: 'gpx/truncated', facts: { detail: 'It ends in <trkpt>.', offset: 1_234 } };
  await stack.query(`update uploads set state = 'failed', track_id = null, failure = $2 where id = $1`, [
    uploadId,
    JSON.stringify(failure),
  ]);
  const { state, error } = (await stack.inject({ url: `/v1/uploads/${uploadId}`, headers })).json();
  expect(state).toBe('failed');
  expect(error).toMatchObject({ code: 'gpx/truncated', status: 422, offset: 1_234, detail: 'It ends in <trkpt>.' });
});
