import { filledSegments, type Track } from '../track/track.ts';

/** A track on a plane: x to the east, y to the south, in units of the earth's radius; columns as the track's. */
export interface Plane {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

const RADIANS = Math.PI / 180;

/**
 * The stereographic projection around the middle of the track, north up there. Like Web Mercator it keeps angles, and up
 * to some hundred kilometres it is the same picture; unlike it, it knows neither an antimeridian nor poles.
 */
export function project(track: Track): Plane {
  const { lat, lon } = track;
  const middle = middleOf(track);
  const { east, north } = axesAt(middle);
  const x = new Float64Array(lat.length);
  const y = new Float64Array(lat.length);
  for (let i = 0; i < lat.length; i++) {
    const v = unitVector(lat[i] ?? 0, lon[i] ?? 0);
    // The far side of the earth would be at infinity; what comes near it is held at 2,000 radii.
    const scale = 2 / Math.max(1 + dot(v, middle), 1e-3);
    x[i] = dot(v, east) * scale;
    y[i] = -dot(v, north) * scale;
  }
  return { x, y };
}

type Vector = readonly [number, number, number];

/** Towards the middle of the box around all points, as directions from the middle of the earth. */
function middleOf(track: Track): Vector {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const { from, to } of filledSegments(track)) {
    for (let i = from; i < to; i++) {
      const v = unitVector(track.lat[i] ?? 0, track.lon[i] ?? 0);
      for (let k = 0; k < 3; k++) {
        low[k] = Math.min(low[k] ?? 0, v[k] ?? 0);
        high[k] = Math.max(high[k] ?? 0, v[k] ?? 0);
      }
    }
  }
  const [x = 0, y = 0, z = 0] = low.map((least, k) => (least + (high[k] ?? 0)) / 2);
  const length = Math.hypot(x, y, z);
  return length > 1e-9 ? [x / length, y / length, z / length] : [1, 0, 0]; // all around the world: any middle will do
}

/** At a pole every direction is south; there the picture has the meridian of Greenwich below. */
function axesAt([x, y, z]: Vector): { east: Vector; north: Vector } {
  const level = Math.hypot(x, y);
  const east: Vector = level > 1e-12 ? [-y / level, x / level, 0] : [0, 1, 0];
  const [ex, ey] = east;
  return { east, north: [-z * ey, z * ex, x * ey - y * ex] };
}

function unitVector(lat: number, lon: number): Vector {
  const level = Math.cos(lat * RADIANS);
  return [level * Math.cos(lon * RADIANS), level * Math.sin(lon * RADIANS), Math.sin(lat * RADIANS)];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
