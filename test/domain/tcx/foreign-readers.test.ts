import { describe, expect, test } from 'vitest';
import { isoAt, lap, smallTcx, tcxOf, tcxWalk, trackpoint } from '../../support/tcx.ts';
import { readWithForeignReaders } from '../../support/tcx-readers/read.ts';
import { list } from '../fit/reading.ts';
import { read } from './reading.ts';

/** Files that people wrote who know our reader, read by readers of people who do not. */

const watts = (s: number) =>
  `<Cadence>${80 + s}</Cadence><Extensions><x:TPX><x:Speed>5.25</x:Speed><x:Watts>${200 + s}</x:Watts></x:TPX></Extensions>`;
const indoors = Array.from({ length: 30 }, (_, s) =>
  trackpoint({ atS: s, distanceM: s * 3, heartRate: 140, more: watts(s) }),
);
const FILES: ReadonlyMap<string, string> = new Map([
  ['walk.tcx', smallTcx({ points: 200 })],
  ['laps.tcx', tcxOf(lap([tcxWalk(0, 40)]) + lap([tcxWalk(40, 60), tcxWalk(90, 130)], '', isoAt(40)))],
  ['indoors.tcx', tcxOf(lap([indoors.join('')]))],
]);

const foreign = await readWithForeignReaders(FILES);
if ('missing' in foreign) console.warn(`foreign readers that could not be installed here: ${foreign.missing}`);
const answer = (file: string, reader: string): Record<string, unknown> =>
  'answers' in foreign ? Object(foreign.answers[file]?.[reader]) : {};

describe.skipIf('missing' in foreign)('other readers find what is found here', () => {
  test.each([...FILES.keys()])('tcxreader, in %s', (file) => {
    const track = read(FILES.get(file) ?? '');
    const times = list(track.timeMs)?.map((ms) => ms && ms / 1000);
    const columns = [times, track.lat, track.lon, track.ele, track.recordedDistanceM, track.heartRate, track.cadence];
    const rows = Array.from(track.lat, (_, i) =>
      [...columns, track.recordedSpeedMps, track.power]
        .map((column) => column?.[i] ?? null)
        .map((value) => (Number.isNaN(value) ? null : value)),
    );
    const found = answer(file, 'tcxreader');
    expect(found.points).toEqual(rows);
    expect(found.laps).toBe(track.report?.laps.length);
  });

  test('tcxparser, which wants positions everywhere, in a walk', () => {
    const track = read(FILES.get('walk.tcx') ?? '');
    const found = answer('walk.tcx', 'tcxparser');
    expect(found.positions).toEqual(Array.from(track.lat, (lat, i) => [lat, track.lon[i]]));
    expect(found.altitudes).toEqual(list(track.ele));
    expect(found.heartRates).toEqual(list(track.heartRate));
    expect(found.times).toEqual(list(track.timeMs)?.map((ms) => new Date(ms ?? 0).toISOString()));
    expect(found).toMatchObject({ sport: track.sport, distanceM: track.recordedDistanceM?.at(-1) });
  });
});
