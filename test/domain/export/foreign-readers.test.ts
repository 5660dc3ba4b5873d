import { describe, expect, test } from 'vitest';
import { fitFile } from '../../../domain/export/fit.ts';
import { semicircles } from '../../../domain/export/fit-values.ts';
import { geojsonChunks } from '../../../domain/export/geojson.ts';
import { gpxChunks } from '../../../domain/export/gpx.ts';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { timesOf } from '../../../domain/track/times.ts';
import { filledSegments, type Track } from '../../../domain/track/track.ts';
import { type Answer, readWithForeignReaders } from '../../support/foreign-readers/read.ts';
import { beginningOf, bytesOf, exportSamples, hasPositions, placedPoints, RECEIVED_AT_MS, rowsOf } from './samples.ts';

/** Every export, read again by people who know nothing of Cairn. */

type Rows = readonly (readonly (number | null | undefined)[])[];

/** One of 100,000 points alone is half a minute of other people's work. */
const MOST_POINTS = 15_000;

const all = [...(await exportSamples())].map(([name, track], k) => {
  return { name, track: beginningOf(track, MOST_POINTS), file: `${k}` };
});
const timed = all.filter(({ track }) => timesOf(track) !== null);
const samples = all
  .filter(({ track }) => hasPositions(track))
  .map((each) => ({ ...each, track: placedPoints(each.track) }));
const answers = await readWithForeignReaders(
  new Map([
    ...samples.map(({ track, file }) => [`${file}.gpx`, bytesOf(gpxChunks(track))] as const),
    ...samples.map(({ track, file }) => [`${file}.geojson`, bytesOf(geojsonChunks(track))] as const),
    ...timed.map(({ track, file }) => {
      return [`${file}.fit`, bytesOf(fitFile({ track, figures: statisticsOf(track) }).chunks())] as const;
    }),
  ]),
);
const { missing } = answers;
if (missing.length > 0) console.warn(`foreign readers that could not be installed here: ${missing.join('; ')}`);

test.runIf(process.env.CI)('in CI every foreign reader is here', () => expect(missing).toEqual([]));

const READERS = {
  gpx: { gpxpy: 'python', gpxgo: 'go', togeojson: 'npm' },
  fit: { fitdecode: 'python', 'muktihari/fit': 'go', 'tormoder/fit': 'go' },
  geojson: { 'python-geojson': 'python', 'check-geojson': 'npm' },
} as const;

describe.each(readersOf('gpx', ['gpxpy', 'gpxgo']))('%s', (reader) => {
  test.each(samples)('reads the GPX of $name as it was', ({ name, track, file }) => {
    const read: { name: string; segments: Rows[] } = Object(answer(`${file}.gpx`, reader));
    const expected = asGpxHolds(track);
    // gpxgo cuts fractions of a second, and reads no extensions.
    const rows = expected.map(([lat, lon, ele, timeMs, ...rest]) =>
      reader === 'gpxpy'
        ? [lat, lon, ele, timeMs, ...rest]
        : [lat, lon, ele, timeMs && Math.floor(timeMs / 1000) * 1000],
    );
    expectClose(read.segments.flat(), rows, [1e-9, 1e-9, 1e-9, 0, 0, 0, 0, 0.005]);
    const lengths = track.segmentStarts.length === 1 ? [track.lat.length] : null;
    if (lengths) expect(read.segments.map((segment) => segment.length)).toEqual(lengths);
    if (track.name !== null && name !== 'an odd name') expect(read.name).toBe(track.name);
  });
});

describe.each(readersOf('gpx', ['togeojson']))('%s', (reader) => {
  // It leaves lone points out, and nothing cuts its lines at the antimeridian.
  const alike = samples.filter(({ name, track }) => {
    return (
      filledSegments(track).every(({ from, to }) => to > from + 1) && !/antimeridian|route|blue_hills|poles/.test(name)
    );
  });
  test.each(alike)('makes of the GPX of $name the GeoJSON that we make', ({ track, file }) => {
    const { features }: { features: { geometry: unknown; properties: Record<string, unknown> }[] } = Object(
      answer(`${file}.gpx`, reader),
    );
    const ours = JSON.parse(bytesOf(geojsonChunks(track)).toString());
    const [theirs] = features;
    expect(theirs?.geometry).toEqual(ours.geometry);
    // Of times it keeps those that are there and forgets whose they are; a column with holes is ours alone.
    if (rowsOf(track).some(([, , , timeMs]) => timeMs === null) && track.timeMs !== null) return;
    const { times, heart, cads, atemps } = Object(theirs?.properties.coordinateProperties);
    const { powers, ...columns } = ours.properties.coordinateProperties ?? {};
    const inGpx = { ...columns, ...(columns.cads && { cads: wholeNumbers(columns.cads) }) };
    expect(JSON.parse(JSON.stringify({ times, heart, cads, atemps }))).toEqual(inGpx);
  });
});

describe.each(readersOf('fit', ['fitdecode', 'muktihari/fit', 'tormoder/fit']))('%s', (reader) => {
  // tormoder/fit takes a pole for a bad latitude.
  const readable = timed.filter(({ name }) => reader !== 'tormoder/fit' || !name.includes('poles'));
  test.each(readable)('reads the FIT of $name as it was', ({ track, file }) => {
    const read: { rows: Rows; session: (number | null)[]; messages: Record<string, number> } = Object(
      answer(`${file}.fit`, reader),
    );
    expectClose(read.rows, asFitHolds(track), [4.2e-8, 4.2e-8, 0.1 + 1e-9, 500, 0.5, 0.5, 0.5, 0.5]);
    const [session = statisticsOf(track), ...more] = track.report?.sessions ?? [];
    if (more.length > 0) return; // they tell one of them, some the first, some the last
    const { distanceM, elapsedS, timerS } = session;
    expectClose([read.session], [[distanceM, orNone(elapsedS), orNone(timerS)]], [0.0051, 0.0005, 0.0005]);
    expect(read.messages).toMatchObject({ record: track.lat.length, lap: track.report?.laps.length || 1 });
  });
});

describe.each(readersOf('geojson', ['python-geojson', 'check-geojson']))('%s', (reader) => {
  test.each(samples)('finds the GeoJSON of $name valid, and the same', ({ track, file }) => {
    const { valid, type, coordinates, geometry } = Object(answer(`${file}.geojson`, reader));
    const ours = JSON.parse(bytesOf(geojsonChunks(track)).toString());
    if (reader === 'python-geojson')
      expect({ valid, geometry: { type, coordinates } }).toEqual({ valid: true, geometry: ours.geometry });
    else expect(geometry).toEqual(ours.geometry);
  });
});

/** Names of readers that are here; the others stand in the log as skipped, with the reason in a warning. */
function readersOf(format: keyof typeof READERS, names: readonly string[]): readonly string[] {
  const there = (name: string) => !missing.some((each) => each.startsWith(`${Reflect.get(READERS[format], name)}:`));
  for (const name of names.filter((each) => !there(each)))
    test.skip(`${name} reads our ${format}: not installed`, () => {});
  return names.filter(there);
}

function answer(file: string, reader: string): Answer | undefined {
  const found = answers.of(file).find((each) => each.reader === reader);
  expect(found, `${reader} said nothing of ${file}`).toBeDefined();
  return found;
}

/** What the format keeps of the columns: our own reader says the same, but here it is judged by others. */
function asGpxHolds(track: Track): Rows {
  return rowsOf(readGpx(bytesOf(gpxChunks(track)), { receivedAtMs: RECEIVED_AT_MS }));
}

function asFitHolds(track: Track): Rows {
  return rowsOf(track).map(([lat, lon, ele, ...rest]) => [
    lat ?? null,
    lon != null && semicircles(lon) === -(2 ** 31) ? -180 : (lon ?? null),
    ele == null || ele < -500 ? null : ele,
    ...rest,
  ]);
}

/** GPX has no half steps; the lines of several segments are arrays of arrays. */
function wholeNumbers(values: unknown): unknown {
  return Array.isArray(values) ? values.map(wholeNumbers) : typeof values === 'number' ? Math.round(values) : values;
}

/** A session counts milliseconds in 32 bits: 49.7 days. */
function orNone(seconds: number | null): number | null {
  return seconds === null || seconds * 1000 >= 2 ** 32 - 1 ? null : seconds;
}

function expectClose(read: Rows, expected: Rows, tolerances: readonly number[]): void {
  expect(read.length).toBe(expected.length);
  for (const [i, row] of expected.entries()) {
    for (const [k, value] of row.entries()) {
      const there = read[i]?.[k] ?? null;
      const isClose =
        value == null ? there === null : there !== null && Math.abs(there - value) <= (tolerances[k] ?? 0);
      if (!isClose) expect.fail(`point ${i}, column ${k}: ${there} is not ${value}`);
    }
  }
}
