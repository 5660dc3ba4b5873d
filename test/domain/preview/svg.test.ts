import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { project } from '../../../domain/preview/project.ts';
import { simplify } from '../../../domain/preview/simplify.ts';
import { previewSvg } from '../../../domain/preview/svg.ts';
import { exportSamples } from '../export/samples.ts';
import { randomSegments, trackOf } from '../track/track-of.ts';

const OPTIONS = { width: 600, height: 420, theme: 'light' } as const;

/** A circle of some kilometres, as the points of a compass see it. */
function circleAround(lat: number, lon: number): ReturnType<typeof trackOf> {
  const points = Array.from({ length: 100 }, (_, k) => {
    const angle = (k / 100) * 2 * Math.PI;
    const here = lat + 0.05 * Math.cos(angle);
    const east = lon + (0.05 * Math.sin(angle)) / Math.cos((here * Math.PI) / 180);
    return { lat: here, lon: east > 180 ? east - 360 : east };
  });
  return trackOf([points]);
}

const pointsIn = (svg: string) =>
  [...(svg.match(/ d="([^"]*)"/)?.[1] ?? '').matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

describe('the picture of a track', () => {
  test.each([
    ['at the equator', 0, 0],
    ['at 47° N', 47, 11],
    ['at 80° N', 80, 20],
    ['across the antimeridian', -17, 180],
  ])('a circle is drawn as a circle, as large as fits: %s', (_where, lat, lon) => {
    const points = pointsIn(previewSvg(circleAround(lat, lon), OPTIONS));
    const radii = points.map(([x = 0, y = 0]) => Math.hypot(x - 300, y - 210));
    expect(Math.max(...radii)).toBeCloseTo(210 - 24, 0);
    expect(Math.max(...radii) - Math.min(...radii)).toBeLessThan(1.5);
  });

  test('a way over the pole goes straight on', () => {
    const points = pointsIn(
      previewSvg(
        trackOf([
          [
            { lat: 89.9, lon: 10 },
            { lat: 90, lon: 0 },
            { lat: 89.9, lon: -170 },
          ],
        ]),
        OPTIONS,
      ),
    );
    const [[x0 = 0, y0 = 0] = [], [x1 = 0, y1 = 0] = []] = [points[0], points.at(-1)];
    expect(points.length, 'three points in a line are two').toBe(2);
    expect(Math.hypot(x1 - x0, y1 - y0)).toBeGreaterThan(370);
  });

  test('north is up and east is right', () => {
    const { x, y } = project(
      trackOf([
        [
          { lat: 10, lon: 20 },
          { lat: 10.1, lon: 20 },
          { lat: 10, lon: 20.1 },
        ],
      ]),
    );
    expect([(y[1] ?? 0) < (y[0] ?? 0), (x[2] ?? 0) > (x[0] ?? 0)]).toEqual([true, true]);
  });

  test('everything is inside, whatever the track; the same track is the same text', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        const track = trackOf(segments);
        const svg = previewSvg(track, { width: 320, height: 64, theme: 'dark' });
        for (const [x = -1, y = -1] of pointsIn(svg)) expect(x >= 0 && x <= 320 && y >= 0 && y <= 64).toBe(true);
        expect(previewSvg(track, { width: 320, height: 64, theme: 'dark' })).toBe(svg);
      }),
    );
  });

  test('every sample is well-formed, without script, text, style or address', async () => {
    for (const [name, track] of [...(await exportSamples()), ['nothing', trackOf([])] as const]) {
      const svg = previewSvg(track, OPTIONS);
      const tags = new Set<string>();
      const parser = new SaxesParser({ xmlns: true });
      parser.on('opentag', (tag) => void tags.add(tag.name));
      parser.write(svg).close();
      expect(
        [...tags].filter((tag) => !['svg', 'rect', 'defs', 'path', 'use', 'circle'].includes(tag)),
        name,
      ).toEqual([]);
      expect(svg.replace('http://www.w3.org/2000/svg', ''), name).not.toMatch(
        /https?:|data:|style=|NaN|Infinity|undefined/,
      );
    }
  });

  test('points are left out only within the tolerance', () => {
    const line = fc.array(
      fc.tuple(fc.double({ min: 0, max: 50, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true })),
      { minLength: 2, maxLength: 60 },
    );
    fc.assert(
      fc.property(line, fc.constantFrom(0.3, 2, 10), (points, tolerance) => {
        const plane = { x: Float64Array.from(points, ([x]) => x), y: Float64Array.from(points, ([, y]) => y) };
        const kept = simplify(plane, 0, points.length, tolerance);
        expect([kept[0], kept.at(-1)]).toEqual([0, points.length - 1]);
        for (let k = 1; k < kept.length; k++) {
          const [from = 0, to = 0] = [kept[k - 1], kept[k]];
          // Once for being beside the line, once for a tip where it turned back.
          for (let i = from; i <= to; i++)
            expect(distanceToLine(points[i], points[from], points[to])).toBeLessThanOrEqual(2 * tolerance);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a hostile track is a small picture, soon', () => {
    const zigzag = trackOf([Array.from({ length: 100_000 }, (_, k) => ({ lat: (k % 2) / 10, lon: k / 1e6 }))]);
    const scattered = trackOf(Array.from({ length: 20_000 }, (_, k) => [{ lat: (k * 7) % 50, lon: (k * 13) % 50 }]));
    for (const track of [zigzag, scattered])
      expect(previewSvg(track, { ...OPTIONS, width: 1_200, height: 1_200 }).length).toBeLessThan(70_000);
  });
});

type Place = readonly [number, number];

function distanceToLine([x, y]: Place = [0, 0], [ax, ay]: Place = [0, 0], [bx, by]: Place = [0, 0]): number {
  const lengthSquared = (bx - ax) ** 2 + (by - ay) ** 2;
  const along =
    lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / lengthSquared));
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
}
