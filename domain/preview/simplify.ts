import type { Plane } from './project.ts';

/**
 * The places of `[from, to)` to draw so that no point is farther than `tolerance` (pixels) from the line; first and last
 * always. One look at each point, whatever the line does (sleeve fitting, Zhao and Saalfeld 1997): a zigzag of a million
 * points takes as long as a straight road.
 */
export function simplify({ x, y }: Plane, from: number, to: number, tolerance: number): number[] {
  const kept = [from];
  let anchor = from;
  let sleeve: Sleeve = WIDE;
  for (let i = from + 1; i < to; i++) {
    const next = narrowed(sleeve, (x[i] ?? 0) - (x[anchor] ?? 0), (y[i] ?? 0) - (y[anchor] ?? 0), tolerance);
    if (next) {
      sleeve = next;
      continue;
    }
    anchor = i - 1;
    kept.push(anchor);
    sleeve = narrowed(WIDE, (x[i] ?? 0) - (x[anchor] ?? 0), (y[i] ?? 0) - (y[anchor] ?? 0), tolerance) ?? WIDE;
  }
  if (to - 1 > anchor) kept.push(to - 1);
  return kept;
}

/** Directions from the anchor that pass every point so far within the tolerance: `middle` ± `half`; and how far it went. */
interface Sleeve {
  readonly middle: number;
  readonly half: number;
  readonly farthest: number;
}

const WIDE: Sleeve = { middle: 0, half: Math.PI, farthest: 0 };

/** The sleeve with one more point; null when there is none left, or when the line has turned back. */
function narrowed(sleeve: Sleeve, dx: number, dy: number, tolerance: number): Sleeve | null {
  const distance = Math.hypot(dx, dy);
  if (distance < sleeve.farthest - tolerance) return null;
  if (distance <= tolerance) return sleeve;
  const direction = Math.atan2(dy, dx);
  const half = Math.asin(tolerance / distance);
  const farthest = Math.max(distance, sleeve.farthest);
  if (sleeve.half === Math.PI) return { middle: direction, half, farthest };
  const off = turned(direction - sleeve.middle);
  if (Math.abs(off) > sleeve.half) return null; // the new point itself must be on the way
  const low = Math.max(-sleeve.half, off - half);
  const high = Math.min(sleeve.half, off + half);
  return { middle: turned(sleeve.middle + (low + high) / 2), half: (high - low) / 2, farthest };
}

/** An angle from -π to π. */
function turned(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI;
  return angle < -Math.PI ? angle + 2 * Math.PI : angle;
}
