import { MOST_DEGREE_M, mostEastM, shortWay } from '../track/geodesic.ts';
import { pickedFrom, type WayLine } from './line.ts';

/** Nearer points tell more of the receiver's noise than of the way. */
const SPACING_M = 10;
/** What is left out lies within this of the line that stays, or near a point of it: ways are farther from each other. */
const TOLERANCE_M = 5;
/**
 * Straight stretches keep a point this often: the matcher weighs points, and where a way ends or begins, a step is as near as
 * it can say. At 25 m, shares of bad receivers came out up to 1.6 points off those of all points; at 15 m 0.8.
 */
const STEP_AT_MOST_M = 15;

/** Keeps a hostile line from being gone over again and again. */
const BACK_AT_MOST = 100;

/**
 * Thins a line by distance and shape, in one pass however it is shaped (a sleeve around the chord from the last point that
 * stays, after Zhao and Saalfeld, 1997). Both ends and every turning back stay. How little the shares change by it is
 * measured in test/activities/way-types-real.test.ts.
 */
export function decimate(line: WayLine): WayLine {
  const n = line.lat.length;
  if (n <= 2) return line;
  const kept = [0];
  let sleeve = sleeveFrom(line, 0);
  for (let i = 1; i < n; i++) {
    if (fits(sleeve, line, i)) continue;
    kept.push(sleeve.last);
    i = Math.max(sleeve.last, i - BACK_AT_MOST); // those after the last one were near its anchor, not near it
    sleeve = sleeveFrom(line, sleeve.last);
  }
  kept.push(n - 1);
  return pickedFrom(line, kept);
}

interface Sleeve {
  readonly lat0: number;
  readonly lon0: number;
  readonly eastM: number;
  /** The last point that a chord from the anchor may end at; the anchor itself until there is one. */
  last: number;
  readonly anchor: number;
  farM: number;
  /** Bearings that pass every point within the tolerance: the middle, and how far to either side. */
  bearing: number;
  left: number;
  right: number;
}

function sleeveFrom({ lat, lon }: WayLine, anchor: number): Sleeve {
  const [lat0, lon0] = [lat[anchor] ?? 0, lon[anchor] ?? 0];
  const eastM = mostEastM(lat0, lat0);
  return { lat0, lon0, eastM, last: anchor, anchor, farM: 0, bearing: 0, left: -Math.PI, right: Math.PI };
}

/** Takes point `i` into the sleeve; false when it has to end before. */
function fits(sleeve: Sleeve, { lat, lon }: WayLine, i: number): boolean {
  const north = ((lat[i] ?? 0) - sleeve.lat0) * MOST_DEGREE_M;
  const east = shortWay((lon[i] ?? 0) - sleeve.lon0) * sleeve.eastM;
  const awayM = Math.sqrt(north * north + east * east);
  const isFirst = sleeve.last === sleeve.anchor;
  if (!isFirst && (awayM > STEP_AT_MOST_M || awayM < sleeve.farM - TOLERANCE_M)) return false;
  if (awayM < SPACING_M) return true;
  const bearing = Math.atan2(east, north);
  if (isFirst) sleeve.bearing = bearing;
  const turn = turnOf(bearing - sleeve.bearing);
  if (turn < sleeve.left || turn > sleeve.right) return false;
  const width = Math.asin(TOLERANCE_M / awayM);
  sleeve.left = Math.max(sleeve.left, turn - width);
  sleeve.right = Math.min(sleeve.right, turn + width);
  sleeve.last = i;
  sleeve.farM = Math.max(sleeve.farM, awayM);
  return true;
}

/** An angle from -π to π. */
function turnOf(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI;
  return angle < -Math.PI ? angle + 2 * Math.PI : angle;
}
