/**
 * Whether two recordings are of the same ride: docs/reference/near-duplicates.md says what that means and why the numbers
 * are these.
 */

/** Two devices are started one after the other. */
export const START_TOLERANCE_S = 120;

/** Clocks may differ by so much. Laps of a track take longer, so one lap is never taken for the next. */
const CLOCK_TOLERANCE_MS = 30_000;

/** Two receivers, each 10 to 15 m off among houses or trees; a road and the path beside it are one line here. */
const DISTANCE_AT_MOST_M = 30;

/** Places looked at on each line, evenly by its metres. */
const SAMPLES = 100;

/** Of them, so many must lie near: the rest is a tail cut off, or a receiver that wandered. */
const NEAR_SAMPLES = 90;

/** A playback series as it is stored, with the moment at which it begins. */
export interface StoredLine {
  readonly startedAtMs: number;
  /** `[seconds, metres]`; null without times, and then there is nothing to compare. */
  readonly timeDist: readonly (readonly [number, number])[] | null;
  /** Micro-degrees, the first absolute, then differences; null indoors, and then there is no line. */
  readonly latE6: readonly number[] | null;
  readonly lonE6: readonly number[] | null;
}

export function isNearDuplicate(a: StoredLine, b: StoredLine): boolean {
  return lineDistanceM(a, b) <= DISTANCE_AT_MOST_M;
}

/**
 * How far two recordings are apart, in metres: nine tenths of each line lie within this of the other's line of about the
 * same time (a partial Hausdorff distance, local in time). Infinite when more than a tenth of one was ridden while the other
 * did not record, and without times. The order of the two does not matter.
 */
export function lineDistanceM(a: StoredLine, b: StoredLine): number {
  const [first, second] = [placed(a), placed(b)];
  if (first === null || second === null) return Number.POSITIVE_INFINITY;
  return Math.max(distanceFromM(first, second), distanceFromM(second, first));
}

/** Columns of equal length, at least one; times never fall. */
interface PlacedLine {
  readonly timeMs: Float64Array;
  readonly distanceM: Float64Array;
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

function placed({ startedAtMs, timeDist, latE6, lonE6 }: StoredLine): PlacedLine | null {
  if (timeDist === null || timeDist.length === 0 || latE6 === null || lonE6 === null) return null;
  const timeMs = Float64Array.from(timeDist, ([seconds]) => startedAtMs + seconds * 1000);
  return {
    timeMs,
    distanceM: Float64Array.from(timeDist, ([, metres]) => metres),
    lat: summed(latE6),
    lon: summed(lonE6),
  };
}

function summed(deltasE6: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(deltasE6, (delta) => {
    sum += delta;
    return sum / 1e6;
  });
}

/** The distance within which `NEAR_SAMPLES` of the places on `from` lie of `to`. */
function distanceFromM(from: PlacedLine, to: PlacedLine): number {
  const distances = new Float64Array(SAMPLES);
  // A recording that never moves is sampled by its time.
  const along = (from.distanceM.at(-1) ?? 0) > 0 ? from.distanceM : from.timeMs;
  const start = along[0] ?? 0;
  const length = (along.at(-1) ?? 0) - start;
  let place = 0;
  let window = 0;
  for (let k = 0; k < SAMPLES; k++) {
    const at = start + (length * (k + 0.5)) / SAMPLES;
    while (place < along.length - 2 && (along[place + 1] ?? 0) < at) place++;
    const sample = between(from, place, shareOf(along, place, at));
    while (window < to.timeMs.length - 1 && (to.timeMs[window + 1] ?? 0) < sample.timeMs - CLOCK_TOLERANCE_MS) window++;
    distances[k] = distanceInWindowM(sample, to, window);
  }
  return distances.sort()[NEAR_SAMPLES - 1] ?? Number.POSITIVE_INFINITY;
}

interface Sample {
  readonly timeMs: number;
  readonly lat: number;
  readonly lon: number;
}

/** From 0 to 1, how far `at` lies on the way from a place to the next. */
function shareOf(column: Float64Array, place: number, at: number): number {
  const start = column[place] ?? 0;
  const step = (column[place + 1] ?? start) - start;
  return step > 0 ? Math.min(1, Math.max(0, (at - start) / step)) : 0;
}

function between({ timeMs, lat, lon }: PlacedLine, place: number, share: number): Sample {
  const next = Math.min(place + 1, timeMs.length - 1);
  const mixed = (column: Float64Array) => (column[place] ?? 0) * (1 - share) + (column[next] ?? 0) * share;
  return { timeMs: mixed(timeMs), lat: mixed(lat), lon: mixed(lon) };
}

const DEGREE_M = 111_195;

/**
 * To the part of a line that was recorded within `CLOCK_TOLERANCE_MS` of the sample; `from` is at or before that part. In
 * the plane around the sample, which is exact to a few millimetres at the distances that count. Makes no objects: a hostile
 * line has 2,000 points in that minute, and 100 samples.
 */
function distanceInWindowM(sample: Sample, { timeMs, lat, lon }: PlacedLine, from: number): number {
  const begins = sample.timeMs - CLOCK_TOLERANCE_MS;
  const ends = sample.timeMs + CLOCK_TOLERANCE_MS;
  const eastM = DEGREE_M * Math.cos((sample.lat * Math.PI) / 180);
  const last = timeMs.length - 1;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = from; i <= last && (timeMs[i] ?? 0) <= ends; i++) {
    const next = i < last ? i + 1 : i;
    const time = timeMs[i] ?? 0;
    const durationMs = (timeMs[next] ?? 0) - time;
    if (time + durationMs < begins) continue;
    const x = shortWayRound((lon[i] ?? 0) - sample.lon) * eastM;
    const y = ((lat[i] ?? 0) - sample.lat) * DEGREE_M;
    const dx = ((lon[next] ?? 0) - (lon[i] ?? 0)) * eastM;
    const dy = ((lat[next] ?? 0) - (lat[i] ?? 0)) * DEGREE_M;
    const square = dx * dx + dy * dy;
    const foot = square > 0 ? -(x * dx + y * dy) / square : 0;
    const earliest = durationMs > 0 ? Math.max(0, (begins - time) / durationMs) : 0;
    const latest = durationMs > 0 ? Math.min(1, (ends - time) / durationMs) : 1;
    const share = Math.min(latest, Math.max(earliest, foot));
    nearest = Math.min(nearest, (x + share * dx) ** 2 + (y + share * dy) ** 2);
  }
  return Math.sqrt(nearest);
}

/** Of any number of turns: each line counts its longitudes on from its own start. */
function shortWayRound(dLon: number): number {
  return dLon - 360 * Math.round(dLon / 360);
}
