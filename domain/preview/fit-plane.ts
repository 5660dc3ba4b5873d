import type { Plane } from './project.ts';

/** Where the drawing goes, in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly padding: number;
}

/** A plane turned into pixels, in place of the projection's units, as large as fits and in the middle. */
export function fitPlane({ x, y }: Plane, { width, height, padding }: Frame): Plane {
  const across = rangeOf(x);
  const down = rangeOf(y);
  const room = { width: width - 2 * padding, height: height - 2 * padding };
  const scale = Math.min(room.width / across.length, room.height / down.length, MOST_PIXELS_PER_RADIUS);
  return {
    x: x.map((value) => width / 2 + (value - across.middle) * scale),
    y: y.map((value) => height / 2 + (value - down.middle) * scale),
  };
}

/** A pixel is never less than 5 cm: standing still is a dot, and not its noise blown up to a picture. */
const MOST_PIXELS_PER_RADIUS = 6_371_000 / 0.05;

function rangeOf(values: Float64Array): { length: number; middle: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least <= most ? { length: most - least, middle: (least + most) / 2 } : { length: 0, middle: 0 };
}
