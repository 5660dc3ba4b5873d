import { stepM } from '../../domain/track/geodesic.ts';

/** Where somebody lives, in the tests. */
export const HOME = { lat: 47.2612345, lon: 11.3912345 };

/** From home, north for so many metres at 5 m/s, and back again by another street. */
export function homeRideGpx(options: { metres?: number; recorder?: string; day?: number } = {}): string {
  const { metres = 3_000, recorder = 'watch', day = 1 } = options;
  const steps = metres / 5;
  const points = Array.from({ length: 2 * steps + 1 }, (_, t) => {
    const north = 5 * Math.min(t, 2 * steps - t);
    const east = t > steps ? Math.min(40, (2 * steps - t) / 5) : 0;
    const lat = (HOME.lat + north / 111_200).toFixed(7);
    const lon = (HOME.lon + east / (111_320 * Math.cos((HOME.lat * Math.PI) / 180))).toFixed(7);
    const time = new Date(Date.UTC(2026, 4, day, 8) + t * 1000).toISOString();
    return `<trkpt lat="${lat}" lon="${lon}"><ele>${600 + north / 10}</ele><time>${time}</time></trkpt>`;
  });
  return `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>${recorder}</name><trkseg>${points.join('\n')}</trkseg></trk></gpx>`;
}

/**
 * The least distance from home of any two numbers of a body that could be a place: pairs of neighbours in any order, in
 * degrees or micro-degrees, absolute or summed up. Infinite without any.
 */
export function leastMetresFromHome(body: string): number {
  const least = (numbers: readonly number[]): number =>
    numbers.reduce((found, value, i) => {
      const next = numbers[i + 1] ?? Number.NaN;
      const here = Math.min(metres(value, next), metres(next, value));
      return Math.min(found, here);
    }, Number.POSITIVE_INFINITY);
  const written = [...body.matchAll(/-?\d+(?:\.\d+)?/g)].map(([text]) => Number(text));
  return Math.min(least(written), least(linesOf(body).flat()));
}

function metres(lat: number, lon: number): number {
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return Number.POSITIVE_INFINITY;
  return stepM(HOME.lat, HOME.lon, lat, lon);
}

/** Places of a series (columns of differences in micro-degrees), and the corners of boxes. */
function linesOf(body: string): number[][] {
  if (!/^[[{]/.test(body)) return [];
  const found: number[][] = [];
  JSON.parse(body, (_key, value) => {
    if (value?.lat_e6) {
      const lons = summed(value.lon_e6);
      for (const [i, lat] of summed(value.lat_e6).entries()) found.push([lat, lons[i] ?? 0]);
    }
    if (value?.bounds) {
      const { minLat, minLon, maxLat, maxLon } = value.bounds;
      for (const lat of [minLat, maxLat]) for (const lon of [minLon, maxLon]) found.push([lat, lon]);
    }
    return value;
  });
  return found;
}

function summed(deltas: readonly number[]): number[] {
  let sum = 0;
  return deltas.map((delta) => {
    sum += delta;
    return sum / 1e6;
  });
}
