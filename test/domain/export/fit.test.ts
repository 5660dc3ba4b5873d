import { describe, expect, test } from 'vitest';
import { Rejection } from '../../../contracts/rejections.ts';
import { fitFile } from '../../../domain/export/fit.ts';
import { fitSport, semicircles } from '../../../domain/export/fit-values.ts';
import { cumulativeDistanceM } from '../../../domain/track/distance.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { timesOf } from '../../../domain/track/times.ts';
import { filledSegments, type Track } from '../../../domain/track/track.ts';
import { trackOf } from '../track/track-of.ts';
import { readFit } from './fit-reader.ts';
import { bytesOf, exportSamples, rowsOf } from './samples.ts';

const RECORD = 20;
const EVENT = 21;
const EPOCH_S = Date.UTC(1989, 11, 31) / 1000;

const timed = [...(await exportSamples())].filter(([, track]) => timesOf(track) !== null);
const write = (track: Track) => {
  const file = fitFile({ track, figures: statisticsOf(track) });
  const bytes = bytesOf(file.chunks());
  expect(bytes.length, 'its length was foretold').toBe(file.bytes);
  return bytes;
};
const read = (track: Track) => readFit(write(track));
const seconds = (timeMs: number) => Math.round(timeMs / 1000) - EPOCH_S;

describe('FIT', () => {
  test.each(timed)('read again its records are the points: %s', (_name, track) => {
    const records = read(track).filter(({ global }) => global === RECORD);
    const distanceM = cumulativeDistanceM(track);
    expect(records.map(({ fields }) => [253, 0, 1, 5].map((number) => fields.get(number)))).toEqual(
      rowsOf(track).map(([lat = 0, lon = 0, , timeMs], i) => [
        timeMs == null ? null : seconds(timeMs),
        lat === null ? null : semicirclesOf(lat),
        lon === null ? null : semicirclesOf(lon),
        Math.round((distanceM[i] ?? 0) * 100),
      ]),
    );
    for (const [k, number] of [3, 4, 7, 13].entries()) {
      const column = rowsOf(track).map((row) => row[4 + k] ?? null);
      const isThere = column.some((value) => value !== null);
      expect(records.map(({ fields }) => fields.get(number))).toEqual(
        column.map((value) => (isThere ? value && Math.round(value) : undefined)),
      );
    }
  });

  const unreported = timed.filter(([, track]) => track.report === undefined);
  test.each(unreported)('each segment is a timer start and a stop, the rest is summed up once: %s', (_name, track) => {
    const messages = read(track).filter(({ global }) => global !== RECORD);
    const segments = filledSegments(track).length;
    expect(messages.map(({ global }) => global)).toEqual([0, ...Array(2 * segments).fill(EVENT), 19, 18, 34]);
    const events = messages.filter(({ global }) => global === EVENT).map(({ fields }) => fields.get(1));
    expect(events).toEqual(Array.from({ length: segments }, () => [0, 4]).flat());
    const times = timesOf(track);
    for (const summary of messages.slice(-3, -1)) {
      expect([2, 7, 8].map((number) => summary.fields.get(number))).toEqual(
        times && [seconds(times.startedAtMs), orNone(times.elapsedS * 1000), orNone(times.timerS * 1000)],
      );
    }
  });

  test('the same track is the same bytes', () => {
    for (const [, track] of timed) expect(write(track).equals(write(track))).toBe(true);
  });

  test('heights are fifths of a metre over -500 m; those beyond 16 bits need the newer field', () => {
    const heights = (...metres: number[]) => {
      const track = trackOf([metres.map((ele, t) => ({ lat: 0, lon: 0, ele, t }))]);
      return read(track).flatMap(({ global, fields }) => (global === RECORD ? [[fields.get(2), fields.get(78)]] : []));
    };
    expect(heights(0, -500, 12_606.8, -500.2)).toEqual([2_500, 0, 65_534, null].map((raw) => [raw, undefined]));
    expect(heights(0, 12_607)).toEqual([2_500, 65_535].map((raw) => [undefined, raw]));
  });

  test('a sensor value that its field cannot hold is none', () => {
    const one = trackOf([[{ lat: 0, lon: 0, t: 0 }]]);
    const track = {
      ...one,
      heartRate: Float32Array.of(255),
      power: Float32Array.of(70_000),
      temperature: Float32Array.of(-40),
    };
    const record = read(track).find(({ global }) => global === RECORD);
    expect([3, 7, 13].map((number) => record?.fields.get(number))).toEqual([null, null, -40]);
  });

  test('a track without times is refused: an activity is a matter of time', () => {
    expect(() =>
      fitFile({ track: trackOf([[{ lat: 1, lon: 2 }]]), figures: statisticsOf(trackOf([[{ lat: 1, lon: 2 }]])) }),
    ).toThrow(new Rejection('export/no-times'));
  });

  test('no longitude becomes the number that means none', () => {
    expect([180, -180, 179.99999992, 0].map(semicircles)).toEqual([-(2 ** 31), -(2 ** 31), 2 ** 31 - 2, 0]);
  });

  test.each([
    ['e-bike', 21],
    ['mountain_bike_ride', 2],
    ['the bike', 2],
    ['Trail running', 1],
    ['horse ride', 27],
    ['Hiking', 17],
    ['throwing', 0],
    [null, 0],
  ])('%s is sport %i of the profile', (sport, number) => expect(fitSport(sport)).toBe(number));
});

/** Milliseconds have 32 bits: a recording of more than 49.7 days has no elapsed time. */
function orNone(ms: number): number | null {
  return ms < 2 ** 32 - 1 ? ms : null;
}

function semicirclesOf(degrees: number): number {
  const exact = Math.round((degrees / 180) * 2 ** 31);
  return exact >= 2 ** 31 ? exact - 2 ** 32 : exact || 0;
}
