import { describe, expect, test } from 'vitest';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { lap, tcxOf, trackpoint } from '../../support/tcx.ts';
import { list, warningsOf } from '../fit/reading.ts';
import { utf8 } from '../gpx/gpx-text.ts';
import { RECEIVED_AT_MS, read } from './reading.ts';

const one = (point: string) => read(tcxOf(lap([point])));

describe('a position', () => {
  test.each([
    ['is missing', undefined, undefined, {}],
    ['is empty', '', '', {}],
    ['is half', 47, '', { 'tcx/bad-position': 1 }],
    ['is beyond a pole', 90.1, 11, { 'tcx/bad-position': 1 }],
    ['is no number', 'north', 11, { 'tcx/bad-position': 1 }],
    ['is 0/0', 0, '-0.0', { 'tcx/bad-position': 1 }],
  ])('that %s is none; the point stays', (_, lat, lon, warnings) => {
    const track = one(trackpoint({ atS: 0, heartRate: 90, ...(lat !== undefined && { lat, lon: lon ?? '' }) }));
    expect(list(track.lat)).toEqual([null]);
    expect(list(track.lon)).toEqual([null]);
    expect(list(track.heartRate)).toEqual([90]);
    expect(warningsOf(track)).toEqual({ ...warnings, 'tcx/no-position': 1 });
  });

  test('is kept to the last digit, up to the edges', () => {
    const points = [
      ['-90', '180'],
      ['47.12345678901234', '-1.1e-2'],
    ].map(([lat = '', lon = '']) => trackpoint({ lat, lon }));
    const track = one(points.join(''));
    expect([list(track.lat), list(track.lon)]).toEqual([
      [-90, 47.12345678901234],
      [180, -0.011],
    ]);
    expect(track).toMatchObject({ timeMs: null, warnings: [] });
  });
});

test('sensor values that cannot be are left out and counted; empty ones are not there', () => {
  const bad = trackpoint({
    lat: 1,
    lon: 2,
    ele: 200_000,
    heartRate: 0,
    distanceM: -1,
    more: '<Cadence>fast</Cadence>',
  });
  const none = trackpoint({ lat: 1, lon: 2, more: '<HeartRateBpm><Value/></HeartRateBpm><Cadence> </Cadence>' });
  const track = one(bad + none);
  expect(track).toMatchObject({ ele: null, heartRate: null, cadence: null });
  expect(warningsOf(track)).toEqual({ 'tcx/bad-elevation': 1, 'tcx/bad-sensor-value': 3 });
});

test('times that cannot be read or cannot be true are left out, those that go back are counted', () => {
  const times = [
    '2026-05-01T08:00:10Z',
    '2026-05-01T08:00:05',
    '1970-01-01T00:00:00Z',
    '2099-01-01T00:00:00Z',
    'noon',
    '',
  ];
  const track = one(times.map((time) => trackpoint({ lat: 1, lon: 2, more: `<Time>${time}</Time>` })).join(''));
  expect(list(track.timeMs)?.map((time) => time !== null)).toEqual([true, true, false, false, false, false]);
  expect(warningsOf(track)).toEqual({
    'tcx/bad-time': 1,
    'tcx/implausible-time': 2,
    'tcx/time-without-zone': 1,
    'tcx/time-backwards': 1,
  });
});

test('a point outside of any track is left out and counted', () => {
  const stray = trackpoint({ lat: 1, lon: 2 });
  const track = read(tcxOf(`${lap([trackpoint({ lat: 3, lon: 4 })])}${stray}`));
  expect(list(track.lat)).toEqual([3]);
  expect(warningsOf(track)).toEqual({ 'tcx/misplaced-point': 1 });
});

test('indoors the way is what the recorder says', () => {
  const points = Array.from({ length: 91 }, (_, s) => trackpoint({ atS: s, distanceM: s * 3, heartRate: 140 }));
  const bytes = utf8(tcxOf(lap([points.join('')]), { sport: 'Running' }));
  const { statistics, series } = deriveRecording(bytes, { format: 'tcx', receivedAtMs: RECEIVED_AT_MS });
  expect(statistics).toMatchObject({ distanceM: 270, elapsedS: 90, start: null, bounds: null, sport: 'running' });
  expect(series).toMatchObject({ lat_e6: null, n: 91 });
});
