import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../domain/sample/random.ts';
import { stepM } from '../../../domain/track/geodesic.ts';
import { decimate } from '../../../domain/ways/decimate.ts';
import type { WayLine } from '../../../domain/ways/line.ts';
import { offset, type Point, trackOf } from '../track/track-of.ts';
import { lineOf } from './line-of.ts';

const CORNER = { lat: 47, lon: 11 };
const lineAlong = (places: readonly (readonly [number, number])[]): WayLine =>
  lineOf(trackOf([places.map(([east, north]): Point => offset(CORNER, east, north))]));

/** Metres from a point to the stretch between two others, on the plane around it. */
function distanceM(line: WayLine, place: number, [from, to]: readonly [number, number]): number {
  const plane = (i: number): [number, number] => [
    ((line.lon[i] ?? 0) - (line.lon[from] ?? 0)) * 111_320 * Math.cos(((line.lat[from] ?? 0) * Math.PI) / 180),
    ((line.lat[i] ?? 0) - (line.lat[from] ?? 0)) * 111_200,
  ];
  const [x, y] = plane(place);
  const [toX, toY] = plane(to);
  const lengthSquared = toX * toX + toY * toY;
  const share = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (x * toX + y * toY) / lengthSquared));
  return Math.hypot(x - share * toX, y - share * toY);
}

/** Where the points that stay stood before. */
function placesOf(line: WayLine, kept: WayLine): number[] {
  let at = 0;
  return Array.from(kept.alongM, (_, k) => {
    while (line.lat[at] !== kept.lat[k] || line.lon[at] !== kept.lon[k] || line.alongM[at] !== kept.alongM[k]) at++;
    return at;
  });
}

const wander = fc
  .array(fc.tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -30, max: 30 })), {
    minLength: 2,
    maxLength: 200,
  })
  .map((steps) => {
    const at: [number, number] = [0, 0];
    return steps.map(([byEast, byNorth]) => {
      at[0] += byEast;
      at[1] += byNorth;
      return [at[0], at[1]] as const;
    });
  });

test('both ends stay, in order, and nothing that is left out lies farther off than spacing and tolerance, 15 m', () => {
  fc.assert(
    fc.property(wander, (places) => {
      const line = lineAlong(places);
      const kept = placesOf(line, decimate(line));
      expect(kept[0]).toBe(0);
      expect(kept.at(-1)).toBe(line.lat.length - 1);
      for (let k = 1; k < kept.length; k++) {
        const [from, to] = [kept[k - 1] ?? 0, kept[k] ?? 0];
        expect(to).toBeGreaterThan(from);
        for (let i = from + 1; i < to; i++) {
          const far = Math.min(distanceM(line, i, [from, to]), distanceM(line, i, [from, from]));
          expect(far).toBeLessThanOrEqual(15.1);
        }
      }
    }),
  );
});

test('points that stay are at least 10 m apart, but for the last', () => {
  fc.assert(
    fc.property(wander, (places) => {
      const kept = decimate(lineAlong(places));
      for (let k = 1; k < kept.lat.length - 1; k++) {
        const apartM = stepM(kept.lat[k - 1] ?? 0, kept.lon[k - 1] ?? 0, kept.lat[k] ?? 0, kept.lon[k] ?? 0);
        expect(apartM).toBeGreaterThan(9.8);
      }
    }),
  );
});

test('a straight kilometre at a metre a point keeps some seventy points; its bend is one of them', () => {
  const straight = Array.from({ length: 1_001 }, (_, i) => [i, 0] as const);
  expect(decimate(lineAlong(straight)).lat.length).toBeLessThanOrEqual(73);
  const bent = [...straight.slice(0, 500), ...Array.from({ length: 500 }, (_, i) => [499, i] as const)];
  const line = lineAlong(bent);
  const kept = placesOf(line, decimate(line));
  expect(Math.min(...kept.map((place) => Math.abs(place - 499)))).toBeLessThanOrEqual(11);
});

test('turning back on the same way is kept, and standing about is not', () => {
  const there = Array.from({ length: 100 }, (_, i) => [i, 0] as const);
  const line = lineAlong([...there, ...[...there].reverse()]);
  const kept = decimate(line);
  expect(Math.max(...kept.lon)).toBeCloseTo(offset(CORNER, 99, 0).lon, 4);
  const random = createRandom(1);
  const standing = Array.from({ length: 10_000 }, () => [random() * 4, random() * 4] as const);
  expect(decimate(lineAlong(standing)).lat.length).toBe(2);
});

test('a line of two points, or of one place, stays as it is', () => {
  expect(decimate(lineAlong([[0, 0]])).lat.length).toBe(1);
  expect(
    decimate(
      lineAlong([
        [0, 0],
        [1, 1],
      ]),
    ).lat.length,
  ).toBe(2);
});

/** The time-out is the test: gone over again and again, these points take minutes. */
test('300,000 points of a hostile zigzag take one pass', { timeout: 20_000 }, () => {
  const zigzag = Array.from({ length: 300_000 }, (_, i) => [(i % 2) * 9 + (i % 1_000), ((i >> 1) % 2) * 11] as const);
  expect(decimate(lineAlong(zigzag)).lat.length).toBeGreaterThan(1_000);
});
