import { lineStepM, type WayLine } from './line.ts';

/** A stretch of a line that is asked about at once. Of its answer the steps from `keptFrom` to before `keptTo` count. */
export interface Chunk {
  /** Places in the line, `to` not included. */
  readonly from: number;
  readonly to: number;
  readonly keptFrom: number;
  readonly keptTo: number;
}

export interface ChunkLimits {
  readonly points: number;
  readonly lengthM: number;
  readonly overlap: number;
}

/** Valhalla takes 16,000 points and 200 km as it is set up; some room is left, for it measures the length its own way. */
export const CHUNK_LIMITS: ChunkLimits = { points: 15_000, lengthM: 190_000, overlap: 20 };

/**
 * A line in chunks under the limits. Neighbours overlap, and are joined in the middle of the overlap: at its ends a matcher
 * knows only one side of the line. Every step of the line is kept by exactly one chunk.
 */
export function chunksOf(line: WayLine, limits = CHUNK_LIMITS): readonly Chunk[] {
  const n = line.lat.length;
  const chunks: Chunk[] = [];
  let [from, keptFrom] = [0, 0];
  while (keptFrom < n - 1) {
    const to = endOf(line, from, limits);
    const isLast = to === n;
    const next = Math.max(to - limits.overlap, from + 1);
    const keptTo = isLast ? n - 1 : Math.floor((next + to - 1) / 2);
    chunks.push({ from, to, keptFrom, keptTo });
    [from, keptFrom] = [next, keptTo];
  }
  return chunks;
}

function endOf(line: WayLine, from: number, { points, lengthM }: ChunkLimits): number {
  const most = Math.min(line.lat.length, from + points);
  let lengthSoFarM = 0;
  for (let to = from + 1; to < most; to++) {
    lengthSoFarM += lineStepM(line, to - 1);
    if (lengthSoFarM > lengthM) return to;
  }
  return most;
}
