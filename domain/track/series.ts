import { SERIES_VERSION, type TrackSeries } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import { cumulativeDistanceM, roundM } from './distance.ts';
import { shortWay } from './geodesic.ts';
import { type Playback, playbackOf } from './playback.ts';
import { playbackErrorM, type ShownLine } from './playback-error.ts';
import { placedTrack } from './positions.ts';
import { type ThinOptions, type TimedLine, thin } from './thin.ts';
import type { Track } from './track.ts';

/**
 * Playback within 2 m of the recording. What is asked for is a little less, because positions are published in
 * micro-degrees (up to 0.08 m).
 */
const TOLERANCE_M = 1.9;

/**
 * The playback series: both ends and the ends of segments, and between them as few points as keep a player within 2 m,
 * at most `maxPoints`; `max_error_m` says what came of it. Longitudes run on past ±180° where the track crosses the
 * antimeridian, so that a player interpolates the short way.
 */
export function seriesOf(
  track: Track,
  cumulativeM: Float64Array = cumulativeDistanceM(track),
  maxPoints: number = LIMITS.seriesPoints.value,
): TrackSeries {
  const playback = playbackOf(track, cumulativeM);
  const { index, clock, distanceM, breaks } = playback;
  const placed = placedTrack(track);
  const lat = placed ? picked(placed.lat, index) : new Float64Array(index.length);
  const lon = placed ? unwrapped(placed, index) : new Float64Array(index.length);
  const pins = breaks.flatMap((place) => [place - 1, place]);
  const options = { maxPoints, toleranceM: TOLERANCE_M, pins };
  const line = { clock, lat, lon, distanceM };
  const kept = placed ? thin(line, options) : thinIndoors(line, options);
  const points = kept.map((place) => index[place] ?? 0);
  const latE6 = kept.map((place) => Math.round((lat[place] ?? 0) * 1e6));
  const lonE6 = kept.map((place) => Math.round((lon[place] ?? 0) * 1e6));
  const dist = publishedDistances(kept, distanceM);
  const time = kept.map((place) => clock[place] ?? 0);
  const shown: ShownLine = { places: kept, clock: playback.hasTimes ? time : dist, latE6, lonE6 };
  return {
    v: SERIES_VERSION,
    n: kept.length,
    time_dist: playback.hasTimes ? time.map((seconds, k) => [seconds, dist[k] ?? 0] as const) : null,
    time_dist_reason: playback.reason,
    dist,
    lat_e6: placed && deltas(latE6),
    lon_e6: placed && deltas(lonE6),
    ele_dm: column(track.ele, points, 10),
    hr: column(track.heartRate, points, 1),
    cad: column(track.cadence, points, 1),
    power: column(track.power, points, 1),
    temp: column(track.temperature, points, 1),
    segment_starts: segmentStarts(kept, breaks),
    max_error_m: playbackErrorM({ clock, lat, lon }, shown),
  };
}

/** Without a line to follow it is the sensors that are looked at: half of the points go where distance bends, half evenly. */
function thinIndoors(line: TimedLine, options: ThinOptions): number[] {
  const n = line.clock.length;
  const bends = thin(line, { ...options, maxPoints: Math.ceil(options.maxPoints / 2) });
  const evenly = Math.min(n, options.maxPoints - bends.length);
  const places = new Set([...bends, ...Array.from({ length: evenly }, (_, k) => Math.floor((k * n) / evenly))]);
  return [...places].sort((a, b) => a - b);
}

function picked(values: Float64Array, index: Playback['index']): Float64Array {
  const picked = new Float64Array(index.length);
  for (let place = 0; place < index.length; place++) picked[place] = values[index[place] ?? 0] ?? 0;
  return picked;
}

function unwrapped(track: Track, index: Playback['index']): Float64Array {
  const lon = new Float64Array(index.length);
  let turns = 0;
  let last = track.lon[index[0] ?? 0] ?? 0;
  for (let place = 0; place < index.length; place++) {
    const here = track.lon[index[place] ?? 0] ?? 0;
    const step = here - last;
    if (step !== shortWay(step)) turns += step > 0 ? -1 : 1;
    lon[place] = here + turns * 360;
    last = here;
  }
  return lon;
}

/** Centimetres, but the last is exactly the distance of the statistics. */
function publishedDistances(kept: readonly number[], distanceM: Float64Array): number[] {
  const wholeM = roundM(distanceM.at(-1) ?? 0);
  return kept.map((place, k) => {
    if (k === kept.length - 1 && k > 0) return wholeM;
    return Math.min(wholeM, Math.round((distanceM[place] ?? 0) * 100) / 100);
  });
}

function deltas(values: readonly number[]): number[] {
  return values.map((value, k) => (k === 0 ? value : value - (values[k - 1] ?? 0)));
}

function column(values: Float64Array | Float32Array | null, points: readonly number[], scale: number) {
  if (values === null) return null;
  return points.map((i) => {
    const value = Math.round((values[i] ?? Number.NaN) * scale);
    return Number.isNaN(value) ? null : value;
  });
}

function segmentStarts(kept: readonly number[], breaks: readonly number[]): number[] {
  const starts: number[] = [];
  let next = 0;
  for (let k = 0; k < kept.length; k++) {
    const place = kept[k] ?? 0;
    if (next >= breaks.length || place < (breaks[next] ?? 0)) continue;
    if (k > 0) starts.push(k);
    while (next < breaks.length && (breaks[next] ?? 0) <= place) next++;
  }
  return starts;
}
