import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visiblePart } from '../../../domain/privacy/visible-part.ts';
import { zoneCentre } from '../../../domain/privacy/zone-centre.ts';
import { stepM } from '../../../domain/track/geodesic.ts';
import { rowsOf } from '../export/samples.ts';
import { offset, randomSegments, trackOf } from '../track/track-of.ts';

const HOME = { lat: 47, lon: 11 };
/** A point every 10 m on a straight way east, from home and so many metres on. */
const east = (fromM: number, toM: number, t0 = 0) => {
  const step = fromM <= toM ? 10 : -10;
  return Array.from({ length: Math.abs(toM - fromM) / 10 + 1 }, (_, k) => ({
    ...offset(HOME, fromM + k * step, 0),
    t: t0 + k,
  }));
};
const metresFromHome = ({ lat, lon }: { lat: Float64Array; lon: Float64Array }) =>
  Array.from(lat, (_, i) => stepM(HOME.lat, HOME.lon, lat[i] ?? 0, lon[i] ?? 0));

describe('the visible part', () => {
  test('both ends of a way there and back are gone for half a radius at least, one and a half at most', () => {
    for (let key = 0; key < 50; key++) {
      const shown = visiblePart(trackOf([[...east(0, 2_000), ...east(2_000, 0, 201)]]), { radiusM: 400, key });
      const metres = metresFromHome(shown);
      for (const end of [metres[0] ?? 0, metres.at(-1) ?? 0])
        expect(end >= 195 && end <= 615, `key ${key}: ${end}`).toBe(true);
      expect(Math.max(...metres)).toBeCloseTo(2_000, -1);
    }
  });

  test('of any track the ends that are seen are away from where it began and ended; what is seen is as it was', () => {
    fc.assert(
      fc.property(randomSegments, fc.integer({ min: 20, max: 300 }), fc.integer(), (segments, radiusM, key) => {
        const track = trackOf(segments.slice(0, 1).filter((segment) => segment.length > 0));
        if (track.lat.length === 0) return;
        const shown = visiblePart(track, { radiusM, key });
        const rows = rowsOf(track);
        const seen = rowsOf(shown);
        const at = rows.findIndex((row) => JSON.stringify(row) === JSON.stringify(seen[0]));
        if (seen.length > 0) expect(rows.slice(at, at + seen.length)).toEqual(seen);
        for (const end of [0, seen.length - 1]) {
          for (const place of [rows[0], rows.at(-1)]) {
            const [lat, lon] = seen[end] ?? [];
            if (lat == null || lon == null) continue;
            expect(stepM(place?.[0] ?? 0, place?.[1] ?? 0, lat, lon)).toBeGreaterThan(radiusM * 0.49);
          }
        }
      }),
    );
  });

  test('a way that passes home again in the middle is seen there', () => {
    const shown = visiblePart(trackOf([[...east(0, 2_000), ...east(2_000, -2_000, 201), ...east(-2_000, 0, 602)]]), {
      radiusM: 400,
      key: 7,
    });
    expect(Math.min(...metresFromHome(shown))).toBeLessThan(10);
  });

  test('segments are cut in the order of their times, whole ones too, and stay in that of the file', () => {
    const [beginning, middle, end] = [east(0, 100, 0), east(1_000, 1_500, 20), east(1_500, 0, 100)];
    const shown = visiblePart(trackOf([end, beginning, middle]), { radiusM: 300, key: 1 });
    expect(shown.segmentStarts.length).toBe(2);
    expect(shown.timeMs?.[0], 'the last in time still stands first').toBe(trackOf([end]).timeMs?.[0]);
    const metres = metresFromHome(shown);
    expect(Math.min(...metres)).toBeGreaterThan(145);
  });

  test('a way that never leaves has nothing to be seen; no radius hides nothing', () => {
    const track = trackOf([east(0, 100)]);
    expect(visiblePart(track, { radiusM: 500, key: 1 })).toMatchObject({
      lat: new Float64Array(),
      segmentStarts: new Uint32Array(),
    });
    expect(visiblePart(track, { radiusM: 0, key: 1 })).toBe(track);
    expect(visiblePart(trackOf([]), { radiusM: 500, key: 1 }).lat).toHaveLength(0);
  });

  test('starts of one place share the way to their circle; another key is another way', () => {
    const shift = (eastM: number, key: number) => {
      const place = offset(HOME, eastM, 0);
      const centre = zoneCentre(place, { radiusM: 400, key });
      return [centre.lat - place.lat, centre.lon - place.lon].map((degrees) => degrees.toFixed(6));
    };
    expect(shift(20, 5)).toEqual(shift(0, 5));
    expect(shift(0, 6)).not.toEqual(shift(0, 5));
  });

  test('across the antimeridian it is the same', () => {
    const points = Array.from({ length: 200 }, (_, k) => ({
      lat: 0,
      lon: k < 100 ? 179.99 + k / 10_000 : -180 + (k - 100) / 10_000,
      t: k,
    }));
    const shown = visiblePart(trackOf([points]), { radiusM: 400, key: 3 });
    expect(shown.lat.length).toBeGreaterThan(90);
    expect(shown.lat.length).toBeLessThan(180);
  });
});
