/** Distance, points and climb of a GPX by a regular expression: a fraction of what Cairn works out, which favours the peers. */
export function readTrack(gpx) {
  let points = 0;
  let distanceM = 0;
  let gainM = 0;
  let before;
  for (const [, lat, lon, ele] of gpx.toString('latin1').matchAll(POINT)) {
    const here = { lat: Number(lat) * RADIANS, lon: Number(lon) * RADIANS, ele: Number(ele) };
    if (before) {
      distanceM += haversineM(before, here);
      gainM += Math.max(0, here.ele - before.ele);
    }
    before = here;
    points++;
  }
  if (points === 0) throw new Error('not a GPX');
  return { distanceM, points, gainM };
}

const POINT = /<trkpt lat="([-\d.]+)" lon="([-\d.]+)">\s*<ele>([-\d.]+)<\/ele>/g;
const RADIANS = Math.PI / 180;
const EARTH_M = 6_371_008.8;

function haversineM(a, b) {
  const [dLat, dLon] = [Math.sin((b.lat - a.lat) / 2), Math.sin((b.lon - a.lon) / 2)];
  return 2 * EARTH_M * Math.asin(Math.sqrt(dLat * dLat + Math.cos(a.lat) * Math.cos(b.lat) * dLon * dLon));
}
