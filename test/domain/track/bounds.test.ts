import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundsOf } from '../../../domain/track/bounds.ts';
import { randomSegments, trackOf } from './track-of.ts';

type LonLat = readonly [number, number];
const boundsOfPoints = (...segments: LonLat[][]) =>
  boundsOf(trackOf(segments.map((segment) => segment.map(([lon, lat]) => ({ lat, lon })))));

describe('bounds', () => {
  test('of an ordinary track are its extremes, to the last digit', () => {
    const box = boundsOfPoints([
      [11.3, 47.2],
      [11.1, 47.5],
      [11.2, 47.1],
    ]);
    expect(box).toEqual({ minLat: 47.1, minLon: 11.1, maxLat: 47.5, maxLon: 11.3 });
  });

  test('of a track over the antimeridian have minLon > maxLon', () => {
    const box = { minLat: -17, minLon: 179.5, maxLat: -16, maxLon: -179.5 };
    expect(
      boundsOfPoints([
        [179.5, -17],
        [-179.5, -16],
      ]),
    ).toEqual(box);
    expect(
      boundsOfPoints([
        [-179.5, -16],
        [179.5, -17],
      ]),
    ).toEqual(box);
    expect(boundsOfPoints([[179.5, -17]], [[-179.5, -16]])).toEqual(box);
  });

  test('of segments on both sides leave out the widest gap', () => {
    const box = { minLat: 0, minLon: 100, maxLat: 0, maxLon: -120 };
    expect(
      boundsOfPoints(
        [[-120, 0]],
        [
          [100, 0],
          [120, 0],
        ],
        [
          [175, 0],
          [-160, 0],
        ],
      ),
    ).toEqual(box);
  });

  test('round the globe are all longitudes', () => {
    const round = Array.from({ length: 9 }, (_, i): LonLat => [((i * 45 + 180) % 360) - 180, 60]);
    expect(boundsOfPoints(round)).toEqual({ minLat: 60, minLon: -180, maxLat: 60, maxLon: 180 });
  });

  test('a pole has no longitude', () => {
    expect(
      boundsOfPoints([
        [0, 90],
        [20, 89],
        [21, 88],
      ]),
    ).toEqual({ minLat: 88, minLon: 20, maxLat: 90, maxLon: 21 });
    expect(boundsOfPoints([[33, -90]])).toEqual({ minLat: -90, minLon: 33, maxLat: -90, maxLon: 33 });
  });

  test('hold every point and do not depend on the order of segments', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        const box = boundsOf(trackOf(segments));
        expect(boundsOf(trackOf(segments.toReversed()))).toEqual(box);
        const width = (((box.maxLon - box.minLon) % 360) + 360) % 360;
        for (const { lat, lon } of segments.flat()) {
          expect(lat >= box.minLat && lat <= box.maxLat).toBe(true);
          expect((((lon - box.minLon) % 360) + 360 + 1e-9) % 360).toBeLessThanOrEqual(width + 2e-9);
        }
      }),
    );
  });
});
