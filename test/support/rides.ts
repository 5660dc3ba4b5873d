/** A ride of 20 minutes along three legs, and the same ride as other devices and tools write it. */
export interface RideOptions {
  /** Which recorder, in the name of the file: it makes the bytes differ. */
  readonly recorder: string;
  readonly startS?: number;
  readonly everyS?: number;
  readonly digits?: number;
  /** Metres to the east of the road. */
  readonly east?: number;
  readonly untilS?: number;
  readonly day?: number;
}

export function rideGpx(options: RideOptions): string {
  const { recorder, startS = 0, everyS = 1, digits = 7, east = 0, untilS = 1_200, day = 1 } = options;
  const points: string[] = [];
  for (let t = startS; t <= untilS; t += everyS) {
    const north = 6 * Math.min(t, 500) + 2 * Math.max(0, t - 800);
    const side = 6 * Math.max(0, Math.min(t, 800) - 500);
    const lat = (47.2 + north / 111_200).toFixed(digits);
    const lon = (11.4 + (side + east) / (111_320 * Math.cos((47.2 * Math.PI) / 180))).toFixed(digits);
    const time = new Date(Date.UTC(2026, 4, day, 8) + t * 1000).toISOString();
    points.push(`<trkpt lat="${lat}" lon="${lon}"><time>${time}</time></trkpt>`);
  }
  return `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>${recorder}</name><trkseg>${points.join('\n')}</trkseg></trk></gpx>`;
}
