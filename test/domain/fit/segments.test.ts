import { describe, expect, test } from 'vitest';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { decodeColumns, encodeColumns } from '../../../domain/track/columns.ts';
import { aboutFile, activityOf, lapOf, START_S, sessionOf, smallFit, timerEvent, walk } from '../../support/fit.ts';
import { fitFile } from '../../support/fit-bytes.ts';
import { read } from './reading.ts';

const iso = (s: number) => new Date(Date.UTC(2026, 4, 1, 8, 0, s)).toISOString();
const figures = (bytes: Uint8Array) =>
  deriveRecording(bytes, { format: 'fit', receivedAtMs: Date.UTC(2026, 10, 21) }).statistics;

describe('pauses', () => {
  const paused = fitFile([
    ...aboutFile(),
    ...timerEvent(0, 'start'),
    ...walk(0, 10),
    ...timerEvent(9, 'stop_all', 1),
    ...timerEvent(9, 'stop_all'),
    ...timerEvent(40, 'start'),
    ...walk(40, 50),
    ...timerEvent(55, 'stop'),
    ...timerEvent(60, 'start', 0),
    ...walk(60, 70),
    ...timerEvent(69, 'stop_all'),
  ]);

  test('begin with the stop, end with the next start, and a new segment begins after them', () => {
    const { pauses, segments, elapsedS, timerS } = figures(paused);
    expect(pauses).toEqual([
      { startedAt: iso(9), endedAt: iso(40), trigger: 'auto' },
      { startedAt: iso(55), endedAt: iso(60), trigger: 'manual' },
    ]);
    expect([segments, elapsedS, timerS]).toEqual([3, 69, 69 - 31 - 5]);
  });

  test('a stop that is followed by records but by no start is not believed', () => {
    const { pauses, segments, timerS } = figures(
      fitFile([...aboutFile(), ...walk(0, 5), ...timerEvent(4, 'stop'), ...walk(5, 9)]),
    );
    expect([pauses, segments, timerS]).toEqual([[], 1, 8]);
  });

  test('pauses before the first record and over each other count once', () => {
    const events = [
      ...timerEvent(-50, 'stop'),
      ...timerEvent(-10, 'start'),
      ...timerEvent(2, 'stop'),
      ...timerEvent(6, 'start'),
    ];
    const again = [...timerEvent(4, 'stop'), ...timerEvent(8, 'start')];
    expect(figures(fitFile([...aboutFile(), ...events, ...again, ...walk(0, 10)])).timerS).toBe(3);
  });
});

describe('laps and sessions', () => {
  test('are what the recorder said, in its words', () => {
    const { laps, sessions, sport, device } = figures(smallFit());
    expect(laps).toEqual([
      expect.objectContaining({
        startedAt: iso(0),
        distanceM: 82.01,
        elapsedS: 59,
        timerS: 59,
        averageHeartRateBpm: 120,
        averagePowerW: null,
        trigger: 'distance',
      }),
    ]);
    expect(sessions).toEqual([
      expect.objectContaining({ sport: 'walking', subSport: null, distanceM: 82.01, firstSegment: 0 }),
    ]);
    expect([sport, device]).toEqual(['walking', 'Development 7']);
  });

  const triathlon = (summaryFirst: boolean) => {
    const summary = [
      ...sessionOf({ from: 0, to: 20, sport: 5, subSport: 18, distanceM: 30 }),
      ...sessionOf({ from: 20, to: 25, sport: 3 }),
      ...sessionOf({ from: 25, to: 60, sport: 2, distanceM: 45 }),
    ];
    const points = walk(0, 60);
    return fitFile([...aboutFile(), ...(summaryFirst ? [...summary, ...points] : [...points, ...summary])]);
  };

  test.each([true, false])(
    'several sports are kept apart: each its own segment (summary first: %s)',
    (summaryFirst) => {
      const { sessions, sport, segments, timerS } = figures(triathlon(summaryFirst));
      expect(sessions?.map(({ sport, subSport, firstSegment }) => [sport, subSport, firstSegment])).toEqual([
        ['swimming', 'open_water', 0],
        ['transition', null, 1],
        ['cycling', null, 2],
      ]);
      expect([...read(triathlon(summaryFirst)).segmentStarts]).toEqual([0, 20, 25]);
      expect([sport, segments, timerS]).toEqual(['multisport', 3, 59]);
    },
  );

  test('a session without a point belongs to no segment', () => {
    const empty = sessionOf({ from: 100, to: 120, sport: 1 });
    const bytes = fitFile([...aboutFile(), ...walk(0, 20), ...sessionOf({ from: 0, to: 20, sport: 2 }), ...empty]);
    expect(figures(bytes).sessions?.map(({ firstSegment }) => firstSegment)).toEqual([0, null]);
  });

  test('sports and triggers of the future are shown by their number', () => {
    const bytes = fitFile([
      ...aboutFile({ maker: 999, name: 'Best' }),
      ...walk(0, 3),
      ...lapOf({ from: 0, to: 2 }, 77),
      ...sessionOf({ from: 0, to: 2, sport: 199, subSport: 198 }),
    ]);
    expect(figures(bytes)).toMatchObject({
      sport: 'sport_199',
      device: 'Maker 999 Best',
      laps: [{ trigger: 'trigger_77' }],
      sessions: [{ sport: 'sport_199', subSport: 'sub_sport_198' }],
    });
  });

  test('activities in one chained file follow each other; the time between is nobody’s', () => {
    const part = (from: number, to: number) =>
      fitFile([...aboutFile(), ...walk(from, to), ...sessionOf({ from, to, sport: 1 })]);
    const { segments, timerS, elapsedS, sessions } = figures(Buffer.concat([part(0, 10), part(100, 120)]));
    expect([segments, timerS, elapsedS]).toEqual([2, 28, 119]);
    expect(sessions?.map(({ firstSegment }) => firstSegment)).toEqual([0, 1]);
  });

  test('the zone is read off the clock on the face', () => {
    const at = (localS: number) =>
      figures(fitFile([...aboutFile(), ...walk(0, 3), ...activityOf(START_S, localS)])).utcOffsetS;
    expect(at(START_S + 7200 + 2)).toBe(7200);
    expect(at(START_S - 12_600)).toBe(-12_600);
    expect(at(START_S + 90_000)).toBeNull();
  });
});

test('the normal form keeps all of it', () => {
  const track = read(smallFit());
  expect(decodeColumns(encodeColumns(track))).toEqual(track);
});

test('a course is a route', () => {
  expect(read(fitFile([...aboutFile({ type: 6 }), ...walk(0, 3)])).kind).toBe('route');
});
