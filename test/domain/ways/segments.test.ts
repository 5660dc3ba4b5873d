import { expect, test } from 'vitest';
import type { WayLine } from '../../../domain/ways/line.ts';
import { nothingMatched, type WayMatch } from '../../../domain/ways/match.ts';
import { createCollector, summaryOf } from '../../../domain/ways/segments.ts';

const ROAD = { kind: 'road', surface: 'paved', lengthM: 100 } as const;
const TRACK = { kind: 'track', surface: 'gravel', lengthM: 100 } as const;
const PATH = { kind: 'path', surface: 'dirt', lengthM: 50 } as const;

/** Points every so many metres to the north. */
function line(alongM: readonly number[]): WayLine {
  const lat = Float64Array.from(alongM, (metres) => metres / 110_574);
  return { lat, lon: new Float64Array(lat.length), alongM: Float64Array.from(alongM) };
}

function segmentsOf(alongM: readonly number[], match: Partial<WayMatch>) {
  const collector = createCollector();
  const whole = { ...nothingMatched(alongM.length), ...match };
  const last = alongM.length - 1;
  collector.add(line(alongM), { from: 0, to: alongM.length, keptFrom: 0, keptTo: last }, whole);
  return collector.segments();
}

test('a step over a border is shared out by how much of each edge its route goes over, those between included', () => {
  const edges = [ROAD, PATH, TRACK];
  const match = { edges, edgeOf: [0, 0, 2, 2], shareOf: [0, 0.7, 0.2, 1] };
  expect(segmentsOf([0, 70, 170, 250], match)).toEqual([
    { kind: 'road', surface: 'paved', fromM: 0, lengthM: 100 },
    { kind: 'path', surface: 'dirt', fromM: 100, lengthM: 50 },
    { kind: 'track', surface: 'gravel', fromM: 150, lengthM: 100 },
  ]);
});

test('neighbouring edges of the same kind and surface are one stretch', () => {
  const match = { edges: [ROAD, ROAD], edgeOf: [0, 0, 1], shareOf: [0, 0.5, 0.5] };
  expect(segmentsOf([0, 50, 150], match)).toEqual([{ kind: 'road', surface: 'paved', fromM: 0, lengthM: 150 }]);
});

test('where the way was left or reached half a step counts; where the route breaks, or nothing is near, none', () => {
  const left = { edges: [ROAD], edgeOf: [0, 0, -1, -1], shareOf: [0, 0.2, 0, 0] };
  expect(segmentsOf([0, 20, 40, 60], left)).toEqual([
    { kind: 'road', surface: 'paved', fromM: 0, lengthM: 30 },
    { kind: 'unmatched', surface: null, fromM: 30, lengthM: 30 },
  ]);
  const broken = { edges: [ROAD, TRACK], edgeOf: [0, 0, 1, 1], shareOf: [0, 1, 0, 1], breaksAfter: [1] };
  expect(segmentsOf([0, 100, 300, 400], broken).map(({ kind, lengthM }) => [kind, lengthM])).toEqual([
    ['road', 100],
    ['unmatched', 200],
    ['track', 100],
  ]);
});

test("a route far longer than the step is the matcher's own way round, not the track's", () => {
  const detour = { edges: [ROAD, { ...TRACK, lengthM: 1_000 }, ROAD], edgeOf: [0, 2], shareOf: [0.9, 0.1] };
  expect(segmentsOf([0, 30], detour)).toEqual([{ kind: 'unmatched', surface: null, fromM: 0, lengthM: 30 }]);
});

test('what lies between lines is unmatched, up to the end of the track, and all of it is as long as the track', () => {
  const collector = createCollector();
  const match = { edges: [ROAD], edgeOf: [0, 0], shareOf: [0, 1], breaksAfter: [] };
  collector.unmatchedUpTo(1_000);
  collector.add(line([1_000, 1_100]), { from: 0, to: 2, keptFrom: 0, keptTo: 1 }, match);
  collector.unmatchedUpTo(1_500.04);
  const segments = collector.segments();
  expect(segments.map(({ kind, fromM, lengthM }) => [kind, fromM, lengthM])).toEqual([
    ['unmatched', 0, 1_000],
    ['road', 1_000, 100],
    ['unmatched', 1_100, 400],
  ]);
  expect(summaryOf(segments)).toEqual({
    kinds: [
      { kind: 'unmatched', lengthM: 1_400, share: 0.9333 },
      { kind: 'road', lengthM: 100, share: 0.0667 },
    ],
    surfaces: [{ surface: 'paved', lengthM: 100, share: 0.0667 }],
    unmatchedShare: 0.9333,
    segments: 3,
  });
});

test('a stretch too short to show leaves no gap and splits nothing', () => {
  const edges = [ROAD, { ...PATH, lengthM: 0.04 }, ROAD];
  const match = { edges, edgeOf: [0, 0, 2], shareOf: [0, 1, 0.5] };
  expect(segmentsOf([0, 100, 150.04], match)).toEqual([{ kind: 'road', surface: 'paved', fromM: 0, lengthM: 150 }]);
});

test('a track without length has shares of nothing', () => {
  expect(summaryOf([])).toEqual({ kinds: [], surfaces: [], unmatchedShare: 0, segments: 0 });
});
