import { shortWay } from '../track/geodesic.ts';
import { nextPlaced } from '../track/positions.ts';
import { filledSegments, type Track } from '../track/track.ts';

/** One line of the geometry: points `[from, to)`, the first and the last with a position, with the place where the antimeridian cut it off before or after. */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly before: Cut | null;
  readonly after: Cut | null;
}

/** A position on the antimeridian that nobody recorded; NaN where a neighbour has no value to interpolate. */
export interface Cut {
  readonly lon: number;
  readonly lat: number;
  readonly ele: number;
  readonly timeMs: number;
}

/**
 * Segments as lines, cut where they cross the antimeridian (RFC 7946 §3.1.9): no line goes round the world. Made anew
 * each time it is asked: a hostile zigzag would have a million lines.
 */
export function* linesOf(track: Track): Generator<Line> {
  for (const { from, to } of filledSegments(track)) {
    let start = nextPlaced(track, from, to);
    if (start === to) continue;
    let last = start;
    let before: Cut | null = null;
    for (let i = start + 1; i < to; i++) {
      const step = (track.lon[i] ?? 0) - (track.lon[last] ?? 0);
      if (Number.isNaN(step)) continue;
      if (Math.abs(step) > 180) {
        const edge = step < 0 ? 180 : -180;
        const after = cutBetween(track, last, i, edge);
        yield { from: start, to: last + 1, before, after };
        start = i;
        before = { ...after, lon: -edge };
      }
      last = i;
    }
    yield { from: start, to: last + 1, before, after: null };
  }
}

/** Halfway values are linear in longitude, between point `i` and `next`. */
function cutBetween(track: Track, i: number, next: number, edge: number): Cut {
  const lon = track.lon[i] ?? 0;
  const way = shortWay((track.lon[next] ?? 0) - lon);
  const share = way === 0 ? 0 : (edge - lon) / way;
  const at = (values: Float64Array | null) => {
    const value = values?.[i] ?? Number.NaN;
    return value + share * ((values?.[next] ?? Number.NaN) - value);
  };
  return { lon: edge, lat: at(track.lat), ele: at(track.ele), timeMs: Math.round(at(track.timeMs)) };
}
