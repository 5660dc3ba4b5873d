import type { GpsQuality } from '../../contracts/track.ts';
import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/** Recorders that save points only where something changes ("smart recording") stay below this. */
const GAP_MS = 10_000;

/** How good the recording itself is. `suspicious` comes from `suspiciousFixes`. */
export function gpsQualityOf(track: Track, suspicious: Uint8Array | null): GpsQuality {
  const points = track.lat.length;
  const timed = points - missing(track.timeMs, points);
  const hasTimes = suspicious !== null && timed > 0;
  const { counts, gapsMs, count } = intervalsOf(track);
  const runs = hasTimes ? runsOf(track, suspicious) : null;
  return {
    gaps: hasTimes ? gapsMs.length : null,
    gapsS: hasTimes ? gapsMs.reduce((sum, gap) => sum + gap, 0) / 1000 : null,
    spikes: runs?.count ?? null,
    suspiciousShare: runs && share(runs.fixes, timed),
    withoutTimeShare: share(points - timed, points),
    withoutElevationShare: share(missing(track.ele, points), points),
    medianIntervalS: count > 0 ? medianMs(counts, gapsMs, count) / 1000 : null,
  };
}

function missing(column: Float64Array | null, points: number): number {
  if (column === null) return points;
  let count = 0;
  for (let i = 0; i < points; i++) if (Number.isNaN(column[i])) count++;
  return count;
}

/** From each fix (a point with time and place) to the next of its segment; those at one moment or back in time left out. */
interface Intervals {
  /** How many there are of each whole number of milliseconds up to the gap: spares sorting 100,000 numbers. */
  readonly counts: Uint32Array;
  /** The longer ones. */
  readonly gapsMs: number[];
  readonly count: number;
}

function intervalsOf(track: Track): Intervals {
  const counts = new Uint32Array(GAP_MS + 1);
  const gapsMs: number[] = [];
  let count = 0;
  for (const { from, to } of filledSegments(track)) {
    let last = Number.NaN;
    for (let i = from; i < to; i++) {
      const time = track.timeMs?.[i] ?? Number.NaN;
      if (Number.isNaN(time) || Number.isNaN(track.lat[i])) continue;
      const interval = time - last;
      last = time;
      if (!(interval > 0)) continue;
      count++;
      if (interval > GAP_MS) gapsMs.push(interval);
      else counts[interval] = (counts[interval] ?? 0) + 1;
    }
  }
  return { counts, gapsMs, count };
}

function medianMs(counts: Uint32Array, gapsMs: readonly number[], count: number): number {
  const sortedGaps = Float64Array.from(gapsMs).sort();
  const lower = intervalAt(counts, sortedGaps, (count - 1) >> 1);
  return Math.round((lower + intervalAt(counts, sortedGaps, count >> 1)) / 2);
}

/** The interval at a rank from 0, the shortest first. */
function intervalAt(counts: Uint32Array, sortedGaps: Float64Array, rank: number): number {
  let below = 0;
  for (let interval = 0; interval < counts.length; interval++) {
    below += counts[interval] ?? 0;
    if (below > rank) return interval;
  }
  return sortedGaps[rank - below] ?? 0;
}

/** A throw to the side shows at the fixes around it too, so one spike is a run of suspicious fixes. */
function runsOf(track: Track, suspicious: Uint8Array): { fixes: number; count: number } {
  let fixes = 0;
  let count = 0;
  for (const { from, to } of filledSegments(track)) {
    let last = 0;
    for (let i = from; i < to; i++) {
      if (Number.isNaN(track.timeMs?.[i] ?? Number.NaN) || Number.isNaN(track.lat[i])) continue;
      const flag = suspicious[i] ?? 0;
      fixes += flag;
      if (flag > last) count++;
      last = flag;
    }
  }
  return { fixes, count };
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1e4) / 1e4 : 0;
}
