/** The recording of examples.ts, given out again. */
export const EXPORTED_GPX = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Cairn" xmlns="http://www.topografix.com/GPX/1/1">
<trk>
<name>Morning walk</name>
<src>example</src>
<trkseg>
<trkpt lat="47" lon="11.5"><ele>500</ele><time>2026-05-01T08:00:00Z</time></trkpt>
<trkpt lat="47.00045" lon="11.5"><ele>504</ele><time>2026-05-01T08:00:30Z</time></trkpt>
<trkpt lat="47.0009" lon="11.5"><ele>509</ele><time>2026-05-01T08:01:00Z</time></trkpt>
</trkseg>
</trk>
</gpx>
`;

const TIMES = ['2026-05-01T08:00:00Z', '2026-05-01T08:00:30Z', '2026-05-01T08:01:00Z'];

export const EXPORTED_GEOJSON = {
  type: 'Feature',
  bbox: [11.5, 47, 500, 11.5, 47.0009, 509],
  geometry: {
    type: 'LineString',
    coordinates: [
      [11.5, 47, 500],
      [11.5, 47.00045, 504],
      [11.5, 47.0009, 509],
    ],
  },
  properties: {
    name: 'Morning walk',
    src: 'example',
    time: '2026-05-01T08:00:00Z',
    coordinateProperties: { times: TIMES },
    coordTimes: TIMES,
  },
} as const;

export const PREVIEW_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="420" viewBox="0 0 600 420" role="img"></svg>\n';

/** JSON has no bytes. */
export const BYTES = '(bytes)';
