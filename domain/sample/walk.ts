import { createRandom } from './random.ts';

/** One fix of an invented outing. */
export interface Fix {
  lat: number;
  lon: number;
  eleM: number;
  heartRate: number;
  cadence: number;
  power: number;
  temperature: number;
}

export interface WalkOptions {
  readonly seed: number;
  readonly start: { readonly lat: number; readonly lon: number };
  /** Time between fixes. */
  readonly stepS: number;
  readonly speedMs: number;
}

/**
 * An endless outing: a wandering heading over rolling hills, a pause of one to three minutes every quarter of an hour
 * or so, GPS noise that drifts as that of a real receiver, a heart that follows the slope. The fix is reused.
 */
export function createWalk(options: WalkOptions): () => Fix {
  const { seed, start, stepS, speedMs } = options;
  const random = createRandom(seed);
  const jitter = () => random() + random() - 1;
  const fix: Fix = { lat: 0, lon: 0, eleM: 0, heartRate: 80, cadence: 0, power: 0, temperature: 14 };
  const hills = { first: random() * 6.28, second: random() * 6.28 };
  let { lat, lon } = start;
  let heading = random() * 6.28;
  let wayM = 0;
  let noiseNorthM = 0;
  let noiseEastM = 0;
  let pauseLeftS = 0;
  return () => {
    if (pauseLeftS <= 0 && random() < stepS / 900) pauseLeftS = 60 + random() * 120;
    const isPausing = pauseLeftS > 0;
    pauseLeftS -= stepS;
    const speed = isPausing ? 0 : speedMs * (1 + 0.2 * jitter());
    heading += 0.12 * jitter() + 0.002 * Math.sin(wayM / 700);
    const stepM = speed * stepS;
    wayM += stepM;
    lat += (stepM * Math.cos(heading)) / METRES_PER_DEGREE;
    lon += (stepM * Math.sin(heading)) / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180));
    noiseNorthM = 0.95 * noiseNorthM + 0.3 * jitter();
    noiseEastM = 0.95 * noiseEastM + 0.3 * jitter();
    const slope = 0.09 * Math.cos(wayM / 900 + hills.first) + 0.05 * Math.cos(wayM / 260 + hills.second);
    const effort = isPausing ? 85 : 115 + 380 * Math.max(0, slope);
    fix.lat = lat + noiseNorthM / METRES_PER_DEGREE;
    fix.lon = ((lon + noiseEastM / METRES_PER_DEGREE + 540) % 360) - 180;
    fix.eleM =
      800 + 81 * Math.sin(wayM / 900 + hills.first) + 13 * Math.sin(wayM / 260 + hills.second) + 0.4 * jitter();
    fix.heartRate += (effort - fix.heartRate) * Math.min(1, stepS / 40) + jitter();
    fix.cadence = isPausing ? 0 : 56 + 4 * jitter();
    fix.power = isPausing ? 0 : Math.max(0, 180 + 1600 * slope + 30 * jitter());
    fix.temperature = 14 - (fix.eleM - 800) / 154 + 0.3 * jitter();
    return fix;
  };
}

const METRES_PER_DEGREE = 111_200;
