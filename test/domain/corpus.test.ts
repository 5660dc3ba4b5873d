import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import geographiclib from 'geographiclib-geodesic';
import { describe, expect, test } from 'vitest';
import { Rejection } from '../../contracts/rejections.ts';
import { deriveRecording } from '../../domain/derive-recording.ts';
import { readGpx } from '../../domain/gpx/read-gpx.ts';
import { filledSegments, type Track } from '../../domain/track/track.ts';

/** Other people's recordings with what gpxpy 1.6.2 and gpxgo 1.4.0 say of them; never copied into the repository. */
const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
const RECEIVED_AT_MS = Date.UTC(2026, 10, 20);

interface Peer {
  readonly error?: string | null;
  readonly points: number;
  readonly segments: number;
  readonly first_position: readonly [number, number] | null;
  readonly last_position: readonly [number, number] | null;
  readonly first_time: string | null;
  readonly last_time: string | null;
  readonly length_2d_m: number;
}

/** What is not read as a track: refused, or read as a route. */
const OTHERWISE: Record<string, { code: string; offset: number } | 'route'> = {
  'gpxpy-gpx_with_garmin_extension.gpx': { code: 'gpx/no-points', offset: 597 },
  'gpxpy-unicode_with_bom.gpx': { code: 'gpx/no-points', offset: 438 },
  'togeojson-wpt.gpx': { code: 'gpx/no-points', offset: 1946 },
  'togeojson-bad.gpx': { code: 'gpx/bad-coordinate', offset: 315 },
  'gpxpy-route.gpx': 'route',
};

/** Where our published definition gives other times than first and last of the file. */
const OTHER_TIMES: Record<string, { why: string; startedAt: string | null; endedAt: string | null }> = {
  'gpxpy-Mojstrovka.gpx': { why: 'all its times are of 1901 and are discarded', startedAt: null, endedAt: null },
  'togeojson-blue_hills.gpx': {
    why: 'its tracks are not in the order of time; start is the earliest, end the latest',
    startedAt: '2001-05-26T15:15:07.000Z',
    endedAt: '2001-10-13T21:25:40.000Z',
  },
};

const names = existsSync(CORPUS) ? readdirSync(`${CORPUS}gpx`).filter((name) => name.endsWith('.gpx')) : [];
const read = (path: string) => readFileSync(`${CORPUS}${path}`);
const derive = (path: string) => deriveRecording(read(path), { format: 'gpx', receivedAtMs: RECEIVED_AT_MS });

describe.skipIf(names.length === 0)('the shared corpus (../shared/corpus)', () => {
  const tracks = names.filter((name) => OTHERWISE[name] === undefined);

  test.each(tracks)('%s has the points, segments and ends that both peers find', (name) => {
    const { statistics } = derive(`gpx/${name}`);
    for (const peer of peersOf(name)) {
      expect(statistics).toMatchObject({ points: peer.points, segments: peer.segments });
      expect([statistics.start?.lat, statistics.start?.lon]).toEqual(peer.first_position);
      expect([statistics.end?.lat, statistics.end?.lon]).toEqual(peer.last_position);
    }
  });

  test.each(tracks.filter((name) => OTHER_TIMES[name] === undefined))('%s starts and ends when gpxpy says', (name) => {
    // gpxgo 1.4.0 cuts fractions of a second and ignores zones; gpxpy has both, as microseconds.
    const { statistics } = derive(`gpx/${name}`);
    const [gpxpy] = peersOf(name);
    const iso = (time: string | null | undefined) => (time ? new Date(time).toISOString() : null);
    expect([statistics.startedAt, statistics.endedAt]).toEqual([iso(gpxpy?.first_time), iso(gpxpy?.last_time)]);
  });

  test.each(Object.entries(OTHER_TIMES))(
    '%s has other times than the peers, by definition',
    (name, { why, startedAt, endedAt }) => {
      expect(derive(`gpx/${name}`).statistics, why).toMatchObject({ startedAt, endedAt });
    },
  );

  test.each(tracks)('%s is as long as the peers say within 0.3 %, and as the geodesics within 1 ppm', (name) => {
    const track = readGpx(read(`gpx/${name}`), { receivedAtMs: RECEIVED_AT_MS });
    const { distanceM } = derive(`gpx/${name}`).statistics;
    for (const peer of peersOf(name))
      expect(Math.abs(distanceM - peer.length_2d_m)).toBeLessThanOrEqual(peer.length_2d_m * 0.003);
    const truthM = geodesicSumM(track);
    expect(Math.abs(distanceM - truthM)).toBeLessThanOrEqual(truthM * 1e-6);
  });

  test.each(Object.entries(OTHERWISE))('%s is refused, or read as a route', (name, expected) => {
    if (expected === 'route') {
      expect(derive(`gpx/${name}`).statistics).toMatchObject({
        kind: 'route',
        points: 55,
        segments: 1,
        elapsedS: null,
      });
      return;
    }
    expect(refusalOf(`gpx/${name}`)).toEqual(expected);
  });

  test.each([
    ['derived-billion-laughs.gpx', 'gpx/doctype-forbidden', 21],
    ['derived-xxe.gpx', 'gpx/doctype-forbidden', 21],
    ['derived-truncated.gpx', 'gpx/truncated', 24_241],
  ])('%s is refused', (name, code, offset) => {
    expect(refusalOf(`derived/${name}`)).toEqual({ code, offset });
  });

  test.each(tracks)('%s has figures that are finite, and splits that add up to it', (name) => {
    const { statistics } = derive(`gpx/${name}`);
    // Not finite would be null after JSON.
    expect(JSON.parse(JSON.stringify(statistics))).toEqual(statistics);
    const { splitsKm, maxSpeedMps, averageSpeedMps } = statistics.summary;
    const lengthM = (splitsKm ?? []).reduce((sum, split) => sum + split.distanceM, 0);
    if (splitsKm !== null) expect(lengthM).toBeCloseTo(statistics.distanceM, 3);
    expect(maxSpeedMps ?? 0, `average ${averageSpeedMps}`).toBeLessThan(100);
  });

  test.each(tracks)('%s gives a series that begins and ends as it must', (name) => {
    const { statistics, series } = derive(`gpx/${name}`);
    expect(series.n).toBeLessThanOrEqual(2000);
    expect(series.max_error_m).toBeLessThanOrEqual(2);
    if (series.time_dist === null) return;
    expect(series.time_dist[0]).toEqual([0, 0]);
    expect(series.time_dist.at(-1)).toEqual([statistics.elapsedS, statistics.distanceM]);
  });
});

function peersOf(name: string): Peer[] {
  const expected: Record<string, { peers: Record<string, Peer> }> = JSON.parse(read('expected.json').toString('utf8'));
  const peers = expected[`gpx/${name}`]?.peers ?? {};
  return [peers['gpxpy_1.6.2'], peers['gpxgo_1.4.0']].filter((peer) => peer !== undefined);
}

function geodesicSumM(track: Track): number {
  let sum = 0;
  for (const { from, to } of filledSegments(track)) {
    for (let i = from + 1; i < to; i++) {
      const [lat1 = 0, lat2 = 0] = track.lat.subarray(i - 1, i + 1);
      const [lon1 = 0, lon2 = 0] = track.lon.subarray(i - 1, i + 1);
      sum += geographiclib.Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2).s12 ?? 0;
    }
  }
  return sum;
}

function refusalOf(path: string): { code: string; offset: number | undefined } {
  try {
    derive(path);
  } catch (error) {
    if (error instanceof Rejection) return { code: error.code, offset: error.facts.offset };
    throw error;
  }
  throw new Error(`${path} was accepted`);
}
