/** A small valid GPX: a straight walk north, one point a second. */
export function smallGpx(options: { points?: number; name?: string; lat?: number } = {}): string {
  const { points = 60, name = 'Morning walk', lat = 47 } = options;
  const at = (i: number) => new Date(Date.UTC(2026, 4, 1, 8, 0, i)).toISOString();
  const trackPoints = Array.from({ length: points }, (_, i) => {
    return `<trkpt lat="${(lat + i * 0.0000125).toFixed(7)}" lon="11.5"><ele>${500 + i}</ele><time>${at(i)}</time></trkpt>`;
  });
  return `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>${name}</name><trkseg>${trackPoints.join('\n')}</trkseg></trk></gpx>`;
}
