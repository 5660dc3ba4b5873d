import { generateGpx } from './generate-gpx.ts';
import { createRandom } from './random.ts';
import type { Fix } from './walk.ts';

export interface CanaryRecording {
  readonly bytes: Uint8Array;
  /** By construction, not by measuring: what a right pipeline finds, within a few centimetres. */
  readonly distanceM: number;
}

const STEP_M = 5;
const LEAST_POINTS = 60;
const MORE_POINTS = 120;
/** Beyond, a meridian's metres are still right, but who would walk there. */
const LATITUDES = 60;

/**
 * A tiny recording of known length: straight north along a meridian of the ellipsoid (WGS 84), from a place and for a distance
 * that the slot decides. `mark` makes its bytes different from those of any other.
 */
export function canaryRecording({ slotMs, mark }: { slotMs: number; mark: string }): CanaryRecording {
  const random = createRandom(slotMs / 1_000);
  const start = { lat: LATITUDES * (2 * random() - 1), lon: 180 * (2 * random() - 1) };
  const points = LEAST_POINTS + Math.floor(MORE_POINTS * random());
  const bytes = generateGpx({
    walk: northward(start),
    points,
    startedAtMs: slotMs - points * 1_000,
    sport: 'walking',
    name: `Canary ${mark}`,
    creator: 'Cairn canary',
  });
  return { bytes, distanceM: STEP_M * (points - 1) };
}

function northward({ lat, lon }: { lat: number; lon: number }): () => Fix {
  const fix: Fix = { lat, lon, eleM: 500, heartRate: 100, cadence: 50, power: 0, temperature: 14 };
  let steps = 0;
  return () => {
    if (steps > 0) fix.lat += STEP_M / metresPerDegreeNorth(fix.lat);
    steps += 1;
    return fix;
  };
}

const EQUATOR_M = 6_378_137;
const ECCENTRICITY_SQUARED = 0.006_694_379_990_14;

function metresPerDegreeNorth(lat: number): number {
  const flattening = 1 - ECCENTRICITY_SQUARED * Math.sin((lat * Math.PI) / 180) ** 2;
  return ((EQUATOR_M * (1 - ECCENTRICITY_SQUARED)) / flattening ** 1.5) * (Math.PI / 180);
}
