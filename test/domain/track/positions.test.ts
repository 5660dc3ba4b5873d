import { describe, expect, test } from 'vitest';
import { cumulativeDistanceM } from '../../../domain/track/distance.ts';
import { placedTrack } from '../../../domain/track/positions.ts';
import { seriesOf } from '../../../domain/track/series.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { trackOf } from './track-of.ts';

const NOWHERE = { lat: Number.NaN, lon: Number.NaN };
const north = (m: number, t: number) => ({ lat: 47 + m / 111_200, lon: 11, t });

describe('points without a position', () => {
  test('lie where an even pace between their neighbours puts them; at the ends the recorder rests', () => {
    const track = trackOf([
      [{ ...NOWHERE, t: 0 }, north(0, 10), { ...NOWHERE, t: 11 }, north(40, 14), { ...NOWHERE, t: 20 }],
    ]);
    const placed = placedTrack(track);
    expect(Array.from(placed?.lat ?? [], (lat) => Math.round((lat - 47) * 111_200))).toEqual([0, 0, 10, 40, 40]);
    expect(Array.from(track.lat, Number.isNaN)).toEqual([true, false, true, false, true]);
    const { elapsedS, distanceM, start, end } = statisticsOf(track);
    expect([elapsedS, Math.round(distanceM)]).toEqual([20, 40]);
    expect([start?.lat, end?.lat]).toEqual([47, 47 + 40 / 111_200]);
  });

  test('the short way round, over the antimeridian', () => {
    const line = [
      { lat: 0, lon: 179.9, t: 0 },
      { ...NOWHERE, t: 5 },
      { lat: 0, lon: -179.9, t: 10 },
    ];
    expect(Math.abs(placedTrack(trackOf([line]))?.lon[1] ?? 0)).toBeCloseTo(180, 9);
  });

  test('a gap is as long as the way over it, and no leap for the windows', () => {
    const points = Array.from({ length: 200 }, (_, t) => (t > 50 && t < 150 ? { ...NOWHERE, t } : north(t * 3, t)));
    const { summary, distanceM, gpsQuality } = statisticsOf(trackOf([points]));
    expect(distanceM).toBeCloseTo(597, -1);
    expect(summary.maxSpeedMps).toBeLessThan(3.1);
    expect(gpsQuality).toMatchObject({ gaps: 1, gapsS: 100 });
  });

  test('a segment without any is as long as its recorder says, wherever it stands', () => {
    const pool = [0, 1, 2, 3].map((t) => ({ ...NOWHERE, t }));
    const road = [north(0, 10), north(10, 13)];
    const recordedDistanceM = Float64Array.of(5, 25, Number.NaN, 45, 45, 55);
    const first = trackOf([pool, road], { recordedDistanceM });
    expect(Array.from(cumulativeDistanceM(first), Math.round)).toEqual([0, 20, 20, 40, 40, 50]);
    expect(placedTrack(first)?.lat[0]).toBe(47);
    const last = trackOf([road, pool], { recordedDistanceM: Float64Array.of(0, 10, 0, 20, 10, 30) });
    expect(Array.from(cumulativeDistanceM(last), Math.round)).toEqual([0, 10, 10, 30, 30, 50]);
    expect(statisticsOf(last).end?.lat).toBeCloseTo(47 + 10 / 111_200, 9);
  });

  test('a track with all its positions is its own placed track', () => {
    const track = trackOf([[north(0, 0), north(5, 1)]]);
    expect(placedTrack(track)).toBe(track);
  });
});

describe('a track without any position', () => {
  const n = 5000;
  const points = Array.from({ length: n }, (_, t) => ({ ...NOWHERE, t }));
  const recordedDistanceM = Float64Array.from({ length: n }, (_, t) => t * 3);
  const heartRate = Float32Array.from({ length: n }, (_, t) => 120 + Math.sin(t / 50) * 30);
  const track = trackOf([points], { recordedDistanceM, heartRate });

  test('has the distance of its recorder, times and sensors, and no place', () => {
    const statistics = statisticsOf(track);
    expect(statistics).toMatchObject({ start: null, end: null, bounds: null, distanceM: 14_997, movingS: n - 1 });
    expect(statistics.summary).toMatchObject({
      averageSpeedMps: 3,
      maxSpeedMps: 3,
      heartRateBpm: { min: 90, max: 150 },
    });
    expect(statistics.gpsQuality).toMatchObject({ gaps: 0, spikes: 0 });
  });

  test('has a series without a line that shows its sensors all the way', () => {
    const series = seriesOf(track);
    expect([series.lat_e6, series.lon_e6, series.max_error_m]).toEqual([null, null, 0]);
    expect(series.time_dist?.at(-1)).toEqual([n - 1, 14_997]);
    expect(series.n).toBeGreaterThan(1000);
    expect(series.n).toBeLessThanOrEqual(2000);
  });

  test('without any distance either it is of length 0', () => {
    expect(statisticsOf(trackOf([points]))).toMatchObject({ distanceM: 0, elapsedS: n - 1 });
  });
});
