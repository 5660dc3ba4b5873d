import { describe, expect, test } from 'vitest';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { type GenerateGpxOptions, generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { cumulativeDistanceM } from '../../../domain/track/distance.ts';
import { stepM } from '../../../domain/track/geodesic.ts';
import { seriesOf } from '../../../domain/track/series.ts';
import { timesOf } from '../../../domain/track/times.ts';
import type { Track } from '../../../domain/track/track.ts';
import { createPlayer } from './player.ts';

/** The greatest distance of place, and of metres run, between a player and the recording, over all recorded moments. */
function play(track: Track): { placeM: number; distanceM: number; statedM: number; n: number } {
  const series = seriesOf(track);
  const player = createPlayer(series);
  const startedAtMs = timesOf(track)?.startedAtMs ?? 0;
  const cumulativeM = cumulativeDistanceM(track);
  if (player === null || track.timeMs === null) throw new Error('nothing to play');
  let placeM = 0;
  let distanceM = 0;
  for (let i = 0; i < track.lat.length; i++) {
    const shown = player(((track.timeMs[i] ?? 0) - startedAtMs) / 1000);
    const { lat, lon } = shown;
    placeM = Math.max(placeM, stepM(lat, ((lon + 540) % 360) - 180, track.lat[i] ?? 0, track.lon[i] ?? 0));
    distanceM = Math.max(distanceM, Math.abs(shown.distanceM - (cumulativeM[i] ?? 0)));
  }
  return { placeM, distanceM, statedM: series.max_error_m, n: series.n };
}

const recording = (options: GenerateGpxOptions) =>
  readGpx(generateGpx(options), { receivedAtMs: Date.UTC(2026, 10, 21) });

describe('a player shows the recording', () => {
  test.each([
    ['a short walk', { points: 1500, seed: 2 }],
    ['a walk with pauses and segments', { points: 8000, seed: 3, segments: 5 }],
    ['a ride', { points: 6000, seed: 4, speedMs: 7 }],
    ['a sparse recording', { points: 2500, seed: 5, stepMs: 15_000 }],
    ['a walk over the antimeridian', { points: 4000, seed: 6, start: { lat: -17, lon: 179.9999 } }],
    ['a walk near the pole', { points: 3000, seed: 7, start: { lat: 86.2, lon: 10 } }],
  ])('%s, within 2 m', (_, options) => {
    const { placeM, distanceM, statedM, n } = play(recording(options));
    expect(n).toBeLessThan(2000);
    expect(placeM).toBeLessThanOrEqual(2);
    expect(distanceM).toBeLessThanOrEqual(5);
    expect(placeM).toBeLessThanOrEqual(statedM);
    expect(placeM).toBeGreaterThan(statedM - 0.011);
  });

  test('a day at 1 Hz, within the error that the series states', () => {
    const { placeM, statedM, n } = play(recording({ points: 80_000, seed: 8 }));
    expect(n).toBe(2000);
    expect(placeM).toBeLessThanOrEqual(statedM);
    expect(placeM).toBeGreaterThan(statedM - 0.011);
    expect(statedM).toBeLessThan(6);
  });
});
