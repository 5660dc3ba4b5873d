import { createRandom } from '../../../domain/sample/random.ts';
import { degreesOf, type Place } from './drawn-map.ts';

export interface WalkOptions {
  /** Metres between points; 1.4 is a walker at 1 Hz. */
  readonly everyM?: number;
  /** Standard deviation off the way, east and north each: noise that drifts over a minute, as a receiver's does. */
  readonly noiseM?: number;
  readonly seed?: number;
}

export interface Fix {
  readonly lat: number;
  readonly lon: number;
  readonly t: number;
}

const DRIFT = 0.98;
/** Of even numbers from -0.5 to 0.5, so that the drift comes to the deviation that was asked for. */
const STEP = Math.sqrt(12 * (1 - DRIFT ** 2));

/** A recording along a line of the drawn map, one point a second. */
export function walkAlong(line: readonly Place[], options: WalkOptions = {}): readonly Fix[] {
  const { everyM = 1.4, noiseM = 0, seed = 1 } = options;
  const random = createRandom(seed);
  const off: [number, number] = [0, 0];
  return placesAlong(line, everyM).map(([eastM, northM], t) => {
    for (const axis of [0, 1] as const) off[axis] = off[axis] * DRIFT + (random() - 0.5) * noiseM * STEP;
    return { ...degreesOf([eastM + off[0], northM + off[1]]), t };
  });
}

export function walkGpx(line: readonly Place[], options: WalkOptions & { name?: string; type?: string } = {}): string {
  const { name = 'Over the drawn map', type } = options;
  const points = walkAlong(line, options).map(({ lat, lon, t }) => {
    const time = new Date(Date.UTC(2026, 4, 1, 8) + t * 1_000).toISOString();
    return `<trkpt lat="${lat}" lon="${lon}"><time>${time}</time></trkpt>`;
  });
  const sport = type === undefined ? '' : `<type>${type}</type>`;
  return `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>${name}</name>${sport}<trkseg>${points.join('\n')}</trkseg></trk></gpx>`;
}

function placesAlong(line: readonly Place[], everyM: number): readonly Place[] {
  const places: Place[] = [];
  let untilNextM = 0;
  for (const [i, to] of line.entries()) {
    const from = line[i - 1];
    if (from === undefined) continue;
    const [eastM, northM] = [to[0] - from[0], to[1] - from[1]];
    const lengthM = Math.hypot(eastM, northM);
    for (; untilNextM < lengthM; untilNextM += everyM) {
      const share = untilNextM / lengthM;
      places.push([from[0] + eastM * share, from[1] + northM * share]);
    }
    untilNextM -= lengthM;
  }
  const end = line.at(-1);
  return end ? [...places, end] : places;
}
