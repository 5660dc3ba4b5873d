import geographiclib from 'geographiclib-geodesic';

/** WGS84 (NIMA TR8350.2): equatorial radius in metres, flattening, first eccentricity squared. */
const EQUATOR_RADIUS_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const RADIANS = Math.PI / 180;

/** Beyond these the flat formula would pass 1 ppm; it is at 0.1 ppm there. */
const LONG_STEP_M = 1000;
const POLAR_LAT = 85;

/**
 * Metres between two points (degrees) on the WGS84 ellipsoid, within 1 ppm of the geodesic; elevation plays no part.
 * Short steps: a plane at the mid-latitude with the two radii of curvature there, six operations dearer than the
 * sphere and 1000 times as exact. Long or polar ones: Vincenty's inverse, and Karney's where that does not converge.
 */
export function stepM(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const dLon = shortWay(lon2 - lon1);
  const cos = Math.cos((lat1 + lat2) * (RADIANS / 2));
  const w = 1 - E2 * (1 - cos * cos);
  const n = EQUATOR_RADIUS_M / Math.sqrt(w);
  const x = n * cos * dLon * RADIANS;
  const y = ((n * (1 - E2)) / w) * (lat2 - lat1) * RADIANS;
  const flatM = Math.sqrt(x * x + y * y);
  if (flatM < LONG_STEP_M && lat1 < POLAR_LAT && lat2 < POLAR_LAT && lat1 > -POLAR_LAT && lat2 > -POLAR_LAT)
    return flatM;
  return geodesicM(lat1, lat2, dLon);
}

/** More than a degree of latitude measures anywhere (111,694 m at the poles): for estimates that must not be too small. */
export const MOST_DEGREE_M = 112_000;

/** The same for a degree of longitude, on a line between two latitudes. */
export function mostEastM(lat1: number, lat2: number): number {
  const nearestEquator = lat1 * lat2 <= 0 ? 0 : Math.min(Math.abs(lat1), Math.abs(lat2));
  return MOST_DEGREE_M * Math.cos(nearestEquator * RADIANS);
}

/** A difference of longitudes taken the short way round, in degrees from -180 to 180. */
export function shortWay(dLon: number): number {
  if (dLon > 180) return dLon - 360;
  return dLon < -180 ? dLon + 360 : dLon;
}

function geodesicM(lat1: number, lat2: number, dLon: number): number {
  // Either direction must give the very same figure, so that a reversed track has the same length.
  const [low, high] = lat1 < lat2 ? [lat1, lat2] : [lat2, lat1];
  const between = Math.abs(dLon);
  const isNearAntipodal = between > 175 && Math.abs(lat1 + lat2) < 5;
  const distanceM = isNearAntipodal ? null : vincentyM(low * RADIANS, high * RADIANS, between * RADIANS);
  return distanceM ?? geographiclib.Geodesic.WGS84.Inverse(low, 0, high, between).s12 ?? Number.NaN;
}

const ITERATIONS = 20;
const CONVERGED = 1e-12;

/** T. Vincenty, Survey Review XXIII (1975), inverse formula. Radians; null when it does not converge. */
function vincentyM(lat1: number, lat2: number, dLon: number): number | null {
  const u1 = Math.atan((1 - FLATTENING) * Math.tan(lat1));
  const u2 = Math.atan((1 - FLATTENING) * Math.tan(lat2));
  const sinU1 = Math.sin(u1);
  const cosU1 = Math.cos(u1);
  const sinU2 = Math.sin(u2);
  const cosU2 = Math.cos(u2);
  let lambda = dLon;
  for (let i = 0; i < ITERATIONS; i++) {
    const cosLambda = Math.cos(lambda);
    const across = cosU2 * Math.sin(lambda);
    const along = cosU1 * sinU2 - sinU1 * cosU2 * cosLambda;
    const sinSigma = Math.sqrt(across * across + along * along);
    if (sinSigma === 0) return 0;
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * across) / sinSigma;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    const cos2SigmaM = cos2Alpha === 0 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cos2Alpha;
    const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
    const tail = cos2SigmaM + c * cosSigma * (2 * cos2SigmaM * cos2SigmaM - 1);
    const next = dLon + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * tail);
    if (Math.abs(next - lambda) < CONVERGED) return lengthM(sigma, sinSigma, cosSigma, cos2Alpha, cos2SigmaM);
    lambda = next;
  }
  return null;
}

function lengthM(sigma: number, sinSigma: number, cosSigma: number, cos2Alpha: number, cos2SigmaM: number): number {
  const poleRadiusM = EQUATOR_RADIUS_M * (1 - FLATTENING);
  const u = (cos2Alpha * E2) / (1 - E2);
  const a = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
  const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
  const square = cos2SigmaM * cos2SigmaM;
  const inner = cosSigma * (2 * square - 1) - (b / 6) * cos2SigmaM * (4 * sinSigma * sinSigma - 3) * (4 * square - 3);
  return poleRadiusM * a * (sigma - b * sinSigma * (cos2SigmaM + (b / 4) * inner));
}
