import { expect, test } from 'vitest';
import type { RecordingFormat } from '../../../contracts/recordings.ts';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { aboutFile, lapOf, semicircles, sessionOf, timerEvent, walk } from '../../support/fit.ts';
import { fitFile } from '../../support/fit-bytes.ts';
import { isoAt, lap, tcxOf, trackpoint } from '../../support/tcx.ts';
import { gpx, RECEIVED_AT_MS, trkpt, utf8 } from '../gpx/gpx-text.ts';

/** The walk of test/support/fit.ts, as FIT rounds it. */
function placeAt(i: number) {
  const degrees = (value: number) => (semicircles(value) * 180) / 2 ** 31;
  const lat = degrees(47 + i * 0.0000125);
  return { lat, lon: degrees(11.5), ele: Math.round((1000 + i * 0.2) * 5) / 5 - 500, heartRate: 100 + (i % 60) };
}

const inGpx = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => {
    const { lat, lon, ele, heartRate } = placeAt(from + k);
    return trkpt(lat, lon, `<ele>${ele}</ele><time>${isoAt(from + k)}</time><hr>${heartRate}</hr>`);
  }).join('');

const inTcx = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => trackpoint({ atS: from + k, ...placeAt(from + k) })).join('');

test('the same walk with a lap and a pause gives the same figures as GPX, as FIT and as TCX', () => {
  const stretch = { from: 0, to: 1_799, sport: 11 };
  const files: [RecordingFormat, Uint8Array][] = [
    ['gpx', utf8(gpx(`${inGpx(0, 900)}</trkseg><trkseg>${inGpx(960, 1_800)}`))],
    [
      'fit',
      fitFile([
        ...aboutFile(),
        ...[...timerEvent(0, 'start'), ...walk(0, 900), ...timerEvent(899, 'stop_all')],
        ...[...timerEvent(960, 'start'), ...walk(960, 1_800), ...timerEvent(1_799, 'stop_all')],
        ...[...lapOf({ from: 0, to: 500 }), ...lapOf({ from: 500, to: 1_799 }), ...sessionOf(stretch)],
      ]),
    ],
    [
      'tcx',
      utf8(
        tcxOf(lap([inTcx(0, 500)]) + lap([inTcx(500, 900), inTcx(960, 1_800)], '', isoAt(500)), { sport: 'Walking' }),
      ),
    ],
  ];
  const [asGpx, asFit, asTcx] = files.map(([format, bytes]) => {
    const { statistics, series } = deriveRecording(bytes, { format, receivedAtMs: RECEIVED_AT_MS, sport: 'walking' });
    const { device, laps, sessions, pauses, utcOffsetS, ...figures } = statistics;
    return {
      figures,
      series,
      pauses: pauses?.map(({ startedAt, endedAt }) => [startedAt, endedAt]),
      laps: laps.length,
    };
  });
  expect(asTcx?.figures).toEqual(asGpx?.figures);
  expect(asTcx?.figures).toEqual(asFit?.figures);
  expect(asTcx?.series).toEqual(asFit?.series);
  expect(asTcx).toMatchObject({ figures: { timerS: 1_738, segments: 2 }, pauses: asFit?.pauses, laps: asFit?.laps });
});
