import { describe, expect, test } from 'vitest';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';

const OPTIONS = { receivedAtMs: Date.UTC(2026, 10, 21) };

describe('the sample generator', () => {
  test('writes the same bytes for the same seed and others for another', () => {
    expect(generateGpx({ seed: 5, points: 300 })).toEqual(generateGpx({ seed: 5, points: 300 }));
    expect(generateGpx({ seed: 5, points: 300 })).not.toEqual(generateGpx({ seed: 6, points: 300 }));
  });

  test('reaches the sizes that load tests need', () => {
    const small = generateGpx({ points: 2000 });
    expect(small.length).toBeGreaterThan(200_000);
    expect(small.length).toBeLessThan(260_000);
    const large = generateGpx({ points: 100_000, sensors: ['heartRate'] });
    expect(large.length).toBeGreaterThan(22_000_000);
    expect(large.length).toBeLessThan(25_000_000);
  });

  test('gives what it was asked for', () => {
    const sensors = ['heartRate', 'cadence', 'power', 'temperature'] as const;
    const options = {
      points: 100,
      segments: 3,
      sensors,
      sport: 'cycling',
      name: 'A & "B" <C>',
      gpxVersion: '1.0',
    } as const;
    const track = readGpx(generateGpx({ ...options, eol: '\r\n', indent: 4, decimals: 9 }), OPTIONS);
    expect(track).toMatchObject({ name: 'A & "B" <C>', sport: 'cycling', device: 'Cairn sample', warnings: [] });
    expect([...track.segmentStarts]).toEqual([0, 33, 67]);
    for (const sensor of sensors)
      expect(
        track[sensor]?.every((value) => Number.isFinite(value)),
        sensor,
      ).toBe(true);
  });

  test('can leave out times and elevation', () => {
    const track = readGpx(generateGpx({ points: 5, startedAtMs: null, hasElevation: false, sport: null }), OPTIONS);
    expect(track).toMatchObject({ timeMs: null, ele: null, sport: null });
  });

  test('is a believable walk: it climbs, rests and keeps to walking speed', () => {
    const { statistics } = deriveRecording(generateGpx({ points: 10_000, sensors: ['heartRate'] }), {
      format: 'gpx',
      ...OPTIONS,
    });
    const { distanceM, movingS, elapsedS, elevationGainM } = statistics;
    expect(distanceM / (movingS ?? 1)).toBeGreaterThan(1);
    expect(distanceM / (movingS ?? 1)).toBeLessThan(2);
    expect(movingS ?? 0).toBeLessThan((elapsedS ?? 0) * 0.97);
    expect(elevationGainM ?? 0).toBeGreaterThan(100);
  });
});
