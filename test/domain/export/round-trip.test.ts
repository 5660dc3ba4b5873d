import { describe, expect, test } from 'vitest';
import type { RecorderReport } from '../../../contracts/track.ts';
import { fitFile } from '../../../domain/export/fit.ts';
import { fitSport } from '../../../domain/export/fit-values.ts';
import { readFit } from '../../../domain/fit/read-fit.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { timesOf } from '../../../domain/track/times.ts';
import { filledSegments, type Track } from '../../../domain/track/track.ts';
import { trackOf } from '../track/track-of.ts';
import { bytesOf, exportSamples, RECEIVED_AT_MS, rowsOf } from './samples.ts';

/** A FIT export read by the decoder that reads uploads: what the format can carry comes back. GPX: gpx.test.ts. */

const timed = [...(await exportSamples())].filter(([, track]) => timesOf(track) !== null);
const again = (track: Track) => {
  const bytes = bytesOf(fitFile({ track, figures: statisticsOf(track) }).chunks());
  return readFit(bytes, { receivedAtMs: RECEIVED_AT_MS });
};

describe.each(timed)('import(export) as FIT of %s', (_name, track) => {
  const read = again(track);
  const isWhole = filledSegments(track).length === carriedSegments(track).length;

  test('has every point, with its place, height, time and sensors', () => {
    const worst = MOST.map(() => 0);
    const rows = rowsOf(track).map(carriedPoint);
    for (const [i, row] of rowsOf(read).entries()) {
      for (const [k, value] of row.entries()) {
        const was = rows[i]?.[k] ?? null;
        if (was === null || value === null) expect(value, `point ${i}, column ${k}`).toBe(was);
        else worst[k] = Math.max(worst[k] ?? 0, Math.abs(value - was));
      }
    }
    expect(read.lat.length).toBe(track.lat.length);
    for (const [k, most] of MOST.entries()) expect(worst[k], `column ${k}`).toBeLessThanOrEqual(most);
  });

  test('has its speeds, and its segments', () => {
    expect(read.recordedSpeedMps).toEqual(track.recordedSpeedMps);
    expect(filledSegments(read)).toEqual(carriedSegments(track));
  });

  test.runIf(isWhole)('has its figures', () => {
    const [before, after] = [statisticsOf(track), statisticsOf(read)];
    expect(Math.abs(after.distanceM - before.distanceM)).toBeLessThanOrEqual(1e-4 * before.distanceM + 0.01);
    expect(Math.abs((after.timerS ?? 0) - (before.timerS ?? 0))).toBeLessThanOrEqual(1);
    const { sport } = track;
    if (sport !== null) expect(fitSport(after.sport)).toBe(fitSport(sport));
  });

  const { report } = track;
  test.runIf(report)('has the laps, sessions and pauses that its recorder reported', () => {
    // A recorder that wrote no lap, or no session, gets one over all: an activity has both.
    const { laps = [], sessions = [], ...rest }: Partial<RecorderReport> = report ?? {};
    expect(read.report).toMatchObject(rest);
    expect(read.report?.laps).toEqual(laps.length > 0 ? laps : [expect.anything()]);
    expect(read.report?.sessions).toEqual(sessions.length > 0 ? sessions : [expect.anything()]);
  });
});

test('a multi-sport recording with pauses, a lap without a time and a local clock comes back whole', () => {
  const stretch = {
    ...{ startedAt: '2026-05-01T06:00:00.000Z', distanceM: 1_000.25, elapsedS: 60.5, timerS: 50, energyKcal: 12 },
    ...{ averageHeartRateBpm: 120, maxHeartRateBpm: 150, averageCadenceRpm: 80, averagePowerW: 200, maxPowerW: 400 },
    ...{ elevationGainM: 10, elevationLossM: 5 },
  };
  const report: RecorderReport = {
    laps: [
      { ...stretch, trigger: 'distance' },
      { ...stretch, startedAt: null, elapsedS: null, trigger: 'trigger_77' },
    ],
    sessions: [
      { ...stretch, sport: 'swimming', subSport: 'open_water', firstSegment: 0 },
      { ...stretch, startedAt: '2026-05-01T06:01:40.000Z', sport: 'sport_77', subSport: null, firstSegment: 2 },
    ],
    pauses: [{ startedAt: '2026-05-01T06:00:20.000Z', endedAt: '2026-05-01T06:00:30.000Z', trigger: 'auto' }],
    timerS: 110,
    utcOffsetS: 7_200,
  };
  const at = (t: number) => ({ lat: 47 + t / 1e4, lon: 11, t });
  const track = {
    ...trackOf([
      [at(0), at(20)],
      [at(30), at(90)],
      [at(100), at(120)],
    ]),
    sport: 'multisport',
    report,
  };
  const read = again(track);
  expect(read.report).toEqual(report);
  expect([...read.segmentStarts]).toEqual([0, 2, 4]);
  expect(read.sport).toBe('multisport');
});

test('the sport that the caller gave goes before that of the recorder', () => {
  const recorded = again(trackOf([[{ lat: 1, lon: 2, t: 0 }]], { sport: 'running' }));
  expect(recorded.report?.sessions).toMatchObject([{ sport: 'running' }]);
  expect(again({ ...recorded, sport: 'Evening hike' }).sport).toBe('hiking');
});

/** Half a semicircle, half a fifth of a metre, half a second, half a unit of each sensor. */
const MOST = [4.2e-8, 4.2e-8, 0.1 + 1e-9, 500, 0.5, 0.5, 0.5, 0.5];

/** 180° is the same meridian as -180°; a height below -500 m has no number; 0/0 is read as no position. */
function carriedPoint([lat, lon, ele, ...rest]: readonly (number | null)[]): (number | null)[] {
  const east = lon != null && Math.round(lon * (2 ** 31 / 180)) === 2 ** 31 ? -180 : (lon ?? null);
  const isNowhere = lat === 0 && Math.abs(lon ?? 1) < 1e-7;
  const height = ele == null || ele < -500 ? null : ele;
  return [...(isNowhere ? [null, null] : [lat ?? null, east]), height, ...rest];
}

/** FIT tells segments by time: one that does not begin after all before it goes on with the one before. */
function carriedSegments(track: Track): { from: number; to: number }[] {
  const seconds = track.timeMs?.map((ms) => Math.round(ms / 1000)) ?? new Float64Array();
  const carried: { from: number; to: number }[] = [];
  for (const { from, to } of filledSegments(track)) {
    const before = carried.at(-1);
    const last = seconds.subarray(0, from).reduce((most, time) => (time > most ? time : most), 0);
    const first = seconds.subarray(from, to).find((time) => !Number.isNaN(time)) ?? Number.NaN;
    if (before && !(last > 0 && first > last)) carried[carried.length - 1] = { from: before.from, to };
    else carried.push({ from, to });
  }
  return carried;
}
