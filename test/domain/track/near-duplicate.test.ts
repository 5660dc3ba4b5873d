import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { isNearDuplicate, lineDistanceM, type StoredLine } from '../../../domain/track/near-duplicate.ts';
import { seriesOf } from '../../../domain/track/series.ts';
import { timesOf } from '../../../domain/track/times.ts';
import { corpusFiles, corpusIsHere } from '../../support/corpus.ts';
import { offset, type Point, trackOf } from './track-of.ts';

const START = { lat: 47.2, lon: 11.4 };

/** As the database keeps it. */
function lineOf(segments: readonly (readonly Point[])[]): StoredLine {
  const track = trackOf(segments);
  const { time_dist, lat_e6, lon_e6 } = seriesOf(track);
  return { startedAtMs: timesOf(track)?.startedAtMs ?? 0, timeDist: time_dist, latE6: lat_e6, lonE6: lon_e6 };
}

test('recordings without positions, made indoors, are never linked', () => {
  const line = lineOf([[0, 30, 60].map((t) => ({ ...START, t }))]);
  const indoors = { ...line, latE6: null, lonE6: null };
  expect(lineDistanceM(indoors, indoors)).toBe(Number.POSITIVE_INFINITY);
  expect(isNearDuplicate(indoors, line)).toBe(false);
});

interface Fix extends Point {
  readonly t: number;
}

/** One fix a second along legs of a minute at least, at the speed of a walk up to that of a descent. */
const rides: fc.Arbitrary<readonly Fix[]> = fc
  .record({
    lat: fc.double({ min: -65, max: 65, noNaN: true }),
    lon: fc.double({ min: -180, max: 179.999, noNaN: true }),
    speedMps: fc.double({ min: 1, max: 15, noNaN: true }),
    legs: fc.array(
      fc.record({ turn: fc.double({ min: -1.5, max: 1.5, noNaN: true }), s: fc.integer({ min: 60, max: 200 }) }),
      {
        minLength: 6,
        maxLength: 12,
      },
    ),
  })
  .map(({ lat, lon, speedMps, legs }) => ridden({ lat, lon }, speedMps, legs));

function ridden(start: Point, speedMps: number, legs: readonly { turn: number; s: number }[]): Fix[] {
  const fixes: Fix[] = [{ ...start, t: 0 }];
  let [heading, t] = [0, 0];
  let at: Point = start;
  for (const { turn, s } of legs) {
    heading += turn;
    for (let i = 0; i < s; i++) {
      at = offset(at, Math.sin(heading) * speedMps, Math.cos(heading) * speedMps);
      fixes.push({ ...at, t: ++t });
    }
  }
  return fixes;
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 2 });

/** Park and Miller's generator, from 0 to 1: the same seed, the same noise. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const thrownBy = (fixes: readonly Fix[], mostM: number, seed: number) => {
  const random = randomFrom(seed);
  return fixes.map((fix) => {
    const [direction, metres] = [random() * 2 * Math.PI, random() * mostM];
    return { ...fix, ...offset(fix, Math.sin(direction) * metres, Math.cos(direction) * metres) };
  });
};
const moved = (fixes: readonly Fix[], east: number, seconds: number) =>
  fixes.map((fix) => ({ ...fix, ...offset(fix, east, 0), t: fix.t + seconds }));
const rounded = (degrees: number, digits: number) => Math.round(degrees * 10 ** digits) / 10 ** digits;

describe('the same ride', () => {
  const same: readonly [string, number, (fixes: readonly Fix[], seed: number) => readonly (readonly Fix[])[]][] = [
    ['itself', 0.001, (fixes) => [fixes]],
    ['noise of up to 5 m', 10, (fixes, seed) => [thrownBy(fixes, 5, seed)]],
    ['one fix in five', 10, (fixes) => [fixes.filter((_, i) => i % 5 === 0 || i === fixes.length - 1)]],
    [
      'a third of the fixes dropped',
      10,
      (fixes, seed) => {
        const random = randomFrom(seed);
        return [fixes.filter(() => random() > 0.33)];
      },
    ],
    [
      'coordinates of four digits',
      15,
      (fixes) => [fixes.map((fix) => ({ ...fix, lat: rounded(fix.lat, 4), lon: rounded(fix.lon, 4) }))],
    ],
    ['a tail of 8 % cut off', 30, (fixes) => [fixes.slice(0, Math.ceil(fixes.length * 0.92))]],
    ['clocks 2 s apart', 30, (fixes) => [moved(fixes, 0, 2)]],
    ['a pause of the recorder of 20 s', 30, (fixes) => [fixes.slice(0, 100), fixes.slice(120)]],
  ];
  test.each(same)('with %s is within %d m, and so is the first of the second', (_what, mostM, change) => {
    fc.assert(
      fc.property(rides, seeds, (fixes, seed) => {
        const [a, b] = [lineOf([fixes]), lineOf(change(fixes, seed))];
        expect(lineDistanceM(a, b)).toBeLessThanOrEqual(mostM);
        expect(lineDistanceM(b, a)).toBe(lineDistanceM(a, b));
        expect(isNearDuplicate(a, b)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('not the same ride', () => {
  const others: readonly [string, (fixes: readonly Fix[]) => readonly Fix[]][] = [
    ['the same way the other day', (fixes) => moved(fixes, 0, 86_400)],
    ['the next lap of the same loop', (fixes) => moved(fixes, 0, fixes.length)],
    ['the first half of it', (fixes) => fixes.slice(0, fixes.length / 2)],
    ['the same with a tail of a quarter cut off', (fixes) => fixes.slice(0, fixes.length * 0.75)],
    ['the same way at half the speed', (fixes) => fixes.map((fix) => ({ ...fix, t: fix.t * 2 }))],
    ['the same way backwards', (fixes) => fixes.map((fix, i) => ({ ...fix, t: fixes.at(-1 - i)?.t ?? 0 })).reverse()],
  ];
  test.each(others)('%s', (_what, change) => {
    fc.assert(
      fc.property(rides, (fixes) => {
        const [a, b] = [lineOf([fixes]), lineOf([change(fixes)])];
        expect(lineDistanceM(a, b)).toBeGreaterThan(30);
        expect(lineDistanceM(b, a)).toBe(lineDistanceM(a, b));
      }),
      { numRuns: 40 },
    );
  });

  test('a straight road 100 m beside it', () => {
    const ways = fc.record({
      heading: fc.double({ min: 0, max: 6.28, noNaN: true }),
      speedMps: fc.double({ min: 1, max: 15, noNaN: true }),
    });
    fc.assert(
      fc.property(ways, ({ heading, speedMps }) => {
        const fixes = ridden(START, speedMps, [{ turn: heading, s: 600 }]);
        const beside = fixes.map((fix) => ({
          ...fix,
          ...offset(fix, 100 * Math.cos(heading), -100 * Math.sin(heading)),
        }));
        expect(lineDistanceM(lineOf([fixes]), lineOf([beside]))).toBeGreaterThan(30);
      }),
      { numRuns: 40 },
    );
  });

  test('out and back on one road, and the same turned round at half the way', () => {
    const road = (turnS: number, endS: number) =>
      Array.from({ length: endS + 1 }, (_, t) => ({ ...offset(START, 0, 5 * Math.min(t, 2 * turnS - t)), t }));
    expect(isNearDuplicate(lineOf([road(900, 1_800)]), lineOf([road(450, 900)]))).toBe(false);
  });

  test('laps of a running track of 75 s, the recorder started anew for each', () => {
    const lap = (from: number) =>
      Array.from({ length: 76 }, (_, i) => {
        const angle = (2 * Math.PI * i) / 75;
        return { ...offset(START, 63.7 * Math.sin(angle), 63.7 * Math.cos(angle)), t: from + i };
      });
    expect(isNearDuplicate(lineOf([lap(0)]), lineOf([lap(75)]))).toBe(false);
  });
});

test('over the antimeridian, from either side', () => {
  const across = (lon: number) =>
    Array.from({ length: 600 }, (_, t) => {
      const point = offset({ lat: 10, lon }, 5 * t, 0);
      return { ...point, lon: point.lon > 180 ? point.lon - 360 : point.lon, t };
    });
  const late = across(179.99).slice(230);
  expect(late[0]?.lon).toBeGreaterThan(-180);
  expect(lineDistanceM(lineOf([across(179.99)]), lineOf([across(179.9901)]))).toBeLessThan(12);
  const [a, b] = [lineOf([across(179.99).slice(210)]), lineOf([across(179.99).slice(240)])];
  expect([a.lonE6?.[0], b.lonE6?.[0]].map((lon) => Math.sign(lon ?? 0))).toEqual([1, -1]);
  expect(isNearDuplicate(a, b)).toBe(true);
});

test('recorders that lie on a table are told apart by their time', () => {
  const rest = (from: number, to: number) =>
    lineOf([
      [
        { ...START, t: from },
        { ...START, t: to },
      ],
    ]);
  expect(isNearDuplicate(rest(0, 600), rest(5, 590))).toBe(true);
  expect(isNearDuplicate(rest(0, 600), rest(0, 300))).toBe(false);
});

test('without times there is nothing to tell one copy from another ride', () => {
  const drawn = lineOf([[START, offset(START, 500, 0)]]);
  expect(drawn.timeDist).toBeNull();
  expect(lineDistanceM(drawn, drawn)).toBe(Number.POSITIVE_INFINITY);
});

describe.skipIf(!corpusIsHere)('recordings of the corpus', () => {
  const read = async () => {
    const lines: { name: string; line: StoredLine; fixes: (change: (text: string) => string) => StoredLine }[] = [];
    for (const { name, bytes } of await corpusFiles('gpx')) {
      const derive = (text: string) => {
        const { statistics, series } = deriveRecording(Buffer.from(text), { format: 'gpx', receivedAtMs: Date.now() });
        const startedAtMs = Date.parse(statistics.startedAt ?? '');
        return { startedAtMs, timeDist: series.time_dist, latE6: series.lat_e6, lonE6: series.lon_e6 };
      };
      try {
        const line = derive(bytes.toString());
        if (line.timeDist !== null) lines.push({ name, line, fixes: (change) => derive(change(bytes.toString())) });
      } catch {} // refused files have no line
    }
    return lines;
  };

  test('no two of them are the same ride', async () => {
    const lines = await read();
    expect(lines.length).toBeGreaterThan(8);
    for (const a of lines)
      for (const b of lines) expect(isNearDuplicate(a.line, b.line), `${a.name} ${b.name}`).toBe(a === b);
  });

  test('each is the same ride with its coordinates cut to five and to four digits', async () => {
    for (const { name, line, fixes } of await read()) {
      const cut = (digits: number) =>
        fixes((text) =>
          text.replaceAll(/((?:lat|lon)="-?\d+\.\d{1,})"/g, (all, value) => {
            const [whole = '', fraction = ''] = String(value).split('.');
            return fraction.length > digits ? `${whole}.${fraction.slice(0, digits)}"` : all;
          }),
        );
      const [five, four] = [lineDistanceM(line, cut(5)), lineDistanceM(line, cut(4))];
      console.info(`${name}: ${five.toFixed(1)} m with five digits, ${four.toFixed(1)} m with four`);
      expect([five < 5, four < 20], name).toEqual([true, true]);
    }
  });
});
