import fc from 'fast-check';
import geographiclib from 'geographiclib-geodesic';
import { describe, expect, test } from 'vitest';
import { cumulativeDistanceM } from '../../../domain/track/distance.ts';
import { stepM } from '../../../domain/track/geodesic.ts';
import { offset, randomSegments, trackOf } from './track-of.ts';

const latitude = fc.double({ min: -90, max: 90, noNaN: true });
const longitude = fc.double({ min: -180, max: 180, noNaN: true });

function geodesicM(lat1: number, lon1: number, lat2: number, lon2: number): number {
  return geographiclib.Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2).s12 ?? Number.NaN;
}

/** A nanometre covers steps so short that the last digit of a degree is what differs. */
function expectWithin1Ppm(lat1: number, lon1: number, lat2: number, lon2: number): void {
  const truth = geodesicM(lat1, lon1, lat2, lon2);
  expect(Math.abs(stepM(lat1, lon1, lat2, lon2) - truth)).toBeLessThanOrEqual(truth * 1e-6 + 1e-8);
}

const lengthOf = (segments: Parameters<typeof trackOf>[0]) => cumulativeDistanceM(trackOf(segments)).at(-1) ?? 0;

describe('a step is within 1 ppm of the WGS84 geodesic', () => {
  test('between any two points of the globe', () => {
    fc.assert(fc.property(latitude, longitude, latitude, longitude, expectWithin1Ppm), { numRuns: 3000 });
  });

  test('for short steps in any direction at any latitude', () => {
    const metres = fc.double({ min: -1200, max: 1200, noNaN: true });
    fc.assert(
      fc.property(latitude, longitude, metres, metres, (lat, lon, east, north) => {
        const to = offset({ lat, lon }, east, north);
        if (Math.abs(to.lat) > 90 || Math.abs(to.lon) > 180) return;
        expectWithin1Ppm(lat, lon, to.lat, to.lon);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['along the equator', 0, 10, 0, 10.005],
    ['the last flat step before the polar rule', 84.99999, 20, 84.9999, 20.05],
    ['over the antimeridian', 10, 179.9999, 10.0001, -179.9999],
    ['the antimeridian written twice', -17, 180, -17, -180],
    ['over the north pole', 89.999, 30, 89.999, -150],
    ['between two names of a pole', 90, 0, 90, 120],
    ['from pole to pole', -90, 0, 90, 0],
    ['antipodes on the equator', 0, 0, 0, 180],
    ['nearly antipodal', 0.3, 0, -0.2, 179.7],
    ['nearly antipodal off the equator', 30, 0, -29.9, 179.8],
    ['a long way', 47.4, 11, -33.9, 151.2],
    ['no way at all', 47, 11, 47, 11],
  ])('%s', (_, lat1, lon1, lat2, lon2) => {
    expectWithin1Ppm(lat1, lon1, lat2, lon2);
  });

  test('there and back is the very same', () => {
    fc.assert(
      fc.property(latitude, longitude, latitude, longitude, (lat1, lon1, lat2, lon2) => {
        expect(stepM(lat1, lon1, lat2, lon2)).toBe(stepM(lat2, lon2, lat1, lon1));
      }),
    );
  });
});

describe('the distance of a track', () => {
  test('is the same in reverse', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        const reversed = segments.map((segment) => segment.toReversed()).toReversed();
        expect(lengthOf(reversed)).toBeCloseTo(lengthOf(segments), 8);
      }),
    );
  });

  test('does not depend on the order of segments', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        expect(lengthOf(segments.toReversed())).toBeCloseTo(lengthOf(segments), 8);
      }),
    );
  });

  test('split at any point, its parts sum up to it', () => {
    fc.assert(
      fc.property(randomSegments, fc.nat(), (segments, seed) => {
        const whole = segments.reduce((longest, segment) => (segment.length > longest.length ? segment : longest));
        const at = seed % whole.length;
        const parts = lengthOf([whole.slice(0, at + 1)]) + lengthOf([whole.slice(at)]);
        expect(parts).toBeCloseTo(lengthOf([whole]), 8);
      }),
    );
  });

  test('never grows when points are left out', () => {
    fc.assert(
      fc.property(randomSegments, fc.integer({ min: 2, max: 5 }), (segments, every) => {
        const thinned = segments.map((segment) =>
          segment.filter((_, i) => i % every === 0 || i === segment.length - 1),
        );
        expect(lengthOf(thinned)).toBeLessThanOrEqual(lengthOf(segments) * (1 + 1e-6) + 1e-6);
      }),
    );
  });

  test('is the same at any longitude, the antimeridian included', () => {
    fc.assert(
      fc.property(randomSegments, fc.integer({ min: -180, max: 180 }), (segments, shift) => {
        const shifted = segments.map((segment) =>
          segment.map((point) => ({ ...point, lon: ((((point.lon + shift + 180) % 360) + 360) % 360) - 180 })),
        );
        expect(lengthOf(shifted)).toBeCloseTo(lengthOf(segments), 5);
      }),
    );
  });

  test('does not count the way between segments', () => {
    expect(lengthOf([[{ lat: 1, lon: 1 }], [], [{ lat: 2, lon: 2 }]])).toBe(0);
  });
});
