/** How far around start and end of a recording nothing is shown. */
export interface PrivacyZone {
  readonly radiusM: number;
  /** The account's own secret number: it moves the circles off the places that they hide. */
  readonly key: number;
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

const METRES_PER_DEGREE = 111_320;
const RADIANS = Math.PI / 180;

/**
 * The middle of the circle that hides a place: up to half the radius beside it, so that the ends of many tracks, which
 * all lie on the circle, do not give the place away by their middle. The same for every start in the same cell of a grid
 * four radii wide, or the circles of one home would differ and average out. The place stays at least half a radius inside.
 */
export function zoneCentre({ lat, lon }: Place, { radiusM, key }: PrivacyZone): Place {
  const cellDegrees = (4 * radiusM) / METRES_PER_DEGREE;
  const level = Math.max(Math.cos(lat * RADIANS), 0.01);
  const row = Math.floor(lat / cellDegrees);
  // Columns as wide as at the row's own latitude, so that neighbours in a row share them.
  const column = Math.floor((lon * Math.max(Math.cos(row * cellDegrees * RADIANS), 0.01)) / cellDegrees);
  const angle = (mixed(key, row, column) / 2 ** 32) * 2 * Math.PI;
  const awayM = (radiusM / 2) * Math.sqrt(mixed(key + 1, row, column) / 2 ** 32);
  const north = (awayM * Math.cos(angle)) / METRES_PER_DEGREE;
  const east = (awayM * Math.sin(angle)) / METRES_PER_DEGREE / level;
  return { lat: Math.min(90, Math.max(-90, lat + north)), lon: ((lon + east + 540) % 360) - 180 };
}

/** 32 bits that look random; its secret is the key, not the mixing (finaliser of MurmurHash3, A. Appleby). */
function mixed(...values: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const value of values) {
    hash = Math.imul(hash ^ (value | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
