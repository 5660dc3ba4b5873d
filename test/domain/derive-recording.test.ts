import { describe, expect, test } from 'vitest';
import { Rejection } from '../../contracts/rejections.ts';
import { deriveRecording } from '../../domain/derive-recording.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { decodeColumns } from '../../domain/track/columns.ts';

const GPX = { format: 'gpx', receivedAtMs: Date.UTC(2026, 10, 21) } as const;
const bytes = generateGpx({ points: 900, segments: 2, sensors: ['heartRate'], name: 'From the file', sport: 'hiking' });

describe('deriving a recording', () => {
  test('gives statistics, series and columns of one and the same track', () => {
    const { format, statistics, series, columns } = deriveRecording(bytes, GPX);
    expect(format).toBe('gpx');
    expect(statistics).toMatchObject({
      kind: 'track',
      points: 900,
      segments: 2,
      name: 'From the file',
      sport: 'hiking',
    });
    expect(statistics).toMatchObject({
      startedAt: '2026-05-01T06:00:00.000Z',
      endedAt: '2026-05-01T06:19:59.000Z',
      elapsedS: 1199,
    });
    expect(statistics.timerS).toBe(898);
    expect(series.dist.at(-1)).toBe(statistics.distanceM);
    expect(decodeColumns(columns).lat).toHaveLength(900);
  });

  test('gives the same result every time', () => {
    expect(deriveRecording(bytes, GPX)).toEqual(deriveRecording(bytes, GPX));
  });

  test('name and sport given at upload go before those of the file; empty ones do not', () => {
    expect(deriveRecording(bytes, { ...GPX, name: 'Mine', sport: 'running' }).statistics).toMatchObject({
      name: 'Mine',
      sport: 'running',
    });
    expect(deriveRecording(bytes, { ...GPX, name: '', sport: null }).statistics).toMatchObject({
      name: 'From the file',
      sport: 'hiking',
    });
  });

  test('the sport given at upload decides what counts as moving', () => {
    const slow = generateGpx({ points: 600, speedMs: 0.2, sport: 'hiking' });
    const onFoot = deriveRecording(slow, GPX).statistics.movingS ?? 0;
    const byBike = deriveRecording(slow, { ...GPX, sport: 'cycling' }).statistics.movingS ?? 0;
    expect(byBike).toBeLessThan(onFoot);
  });

  test('survives JSON, as it goes to the store', () => {
    const { statistics, series } = deriveRecording(bytes, GPX);
    expect(JSON.parse(JSON.stringify({ statistics, series }))).toEqual({ statistics, series });
  });

  test('a Node Buffer is as good as a Uint8Array', () => {
    expect(deriveRecording(Buffer.from(bytes), GPX)).toEqual(deriveRecording(bytes, GPX));
  });

  test('what is not of its format, and an empty file, is refused', () => {
    const refusal = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return error instanceof Rejection ? error.code : error;
      }
      return null;
    };
    expect(refusal(() => deriveRecording(bytes, { ...GPX, format: 'fit' }))).toBe('fit/bad-header');
    expect(refusal(() => deriveRecording(bytes, { ...GPX, format: 'tcx' }))).toBe('tcx/not-tcx');
    expect(refusal(() => deriveRecording(new Uint8Array(), GPX))).toBe('upload/empty-file');
  });
});
