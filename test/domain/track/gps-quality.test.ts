import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { line, run } from './sensor-track.ts';
import { type Point, trackOf } from './track-of.ts';

const qualityOf = (segments: readonly (readonly Point[])[]) => statisticsOf(trackOf(segments)).gpsQuality;

describe('GPS quality', () => {
  test('gaps are longer than 10 s, inside segments', () => {
    const quality = qualityOf([line([0, 0], [1, 1], [11, 2], [22, 3], [23, 4]), line([300, 4], [301, 5], [361, 6])]);
    expect(quality).toMatchObject({ gaps: 2, gapsS: 71, medianIntervalS: 5.5 });
  });

  test('the median interval may itself be a gap', () => {
    expect(qualityOf([line([0, 0], [60, 50], [120, 100], [180, 150])])).toMatchObject({ gaps: 3, medianIntervalS: 60 });
  });

  test('counts what is missing', () => {
    const points: Point[] = [
      { lat: 1, lon: 1, ele: 3 },
      { lat: 1, lon: 1, t: 1 },
      { lat: 1, lon: 1, t: 2 },
    ];
    expect(qualityOf([points])).toMatchObject({ withoutTimeShare: 0.3333, withoutElevationShare: 0.6667 });
  });

  test('without times there is nothing to say of time, and nothing breaks', () => {
    const bare = run(0, 10, 0, 1).map(({ lat, lon }) => ({ lat, lon }));
    expect(qualityOf([bare, []])).toEqual({
      gaps: null,
      gapsS: null,
      spikes: null,
      suspiciousShare: null,
      withoutTimeShare: 1,
      withoutElevationShare: 1,
      medianIntervalS: null,
    });
  });

  test.each([
    [
      'a jump of 100 m in a second that stays',
      [
        [0, 0],
        [1, 2],
        [2, 4],
        [3, 106],
        [4, 108],
        [5, 110],
      ],
      1,
    ],
    [
      '100 m in no time',
      [
        [0, 0],
        [1, 2],
        [1, 102],
        [2, 104],
      ],
      1,
    ],
    [
      '200 km in five minutes',
      [
        [0, 0],
        [300, 200_000],
        [600, 200_300],
      ],
      1,
    ],
    [
      'a car that brakes from 30 m/s at 8 m/s²',
      [
        [0, 0],
        [1, 30],
        [2, 56],
        [3, 74],
        [4, 84],
        [5, 86],
      ],
      0,
    ],
    [
      'a train at 100 m/s',
      [
        [0, 0],
        [1, 100],
        [2, 200],
        [3, 300],
      ],
      0,
    ],
    [
      'an airliner, a fix a minute',
      [
        [0, 0],
        [60, 15_000],
        [120, 30_000],
        [180, 45_000],
      ],
      0,
    ],
    [
      'the ordinary wander of a receiver',
      [
        [0, 0],
        [1, 12],
        [2, 3],
        [3, 15],
        [4, 2],
      ],
      0,
    ],
  ] as const)('%s: %j spikes', (_what, steps, spikes) => {
    expect(qualityOf([line(...steps)]).spikes).toBe(spikes);
  });

  test('a straight way over a pole or the antimeridian has no spike', () => {
    const overPole: Point[] = [-30, -20, -10, 10, 20, 30].map((s, t) => {
      return { lat: 90 - Math.abs(s) / 3600, lon: s < 0 ? 10 : -170, t: t * 60 };
    });
    const overLine: Point[] = [179.999, 179.9995, -180, -179.9995].map((lon, t) => ({ lat: 10, lon, t: t * 30 }));
    for (const points of [overPole, overLine]) {
      expect(qualityOf([points]).spikes).toBe(0);
      expect(statisticsOf(trackOf([points])).summary.maxSpeedMps).toBeLessThan(12);
    }
  });

  test('a share is a share, whatever the points', () => {
    const anywhere = fc.record({
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
      t: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(anywhere, { minLength: 1, maxLength: 60 }), (points) => {
        const { summary, gpsQuality } = statisticsOf(trackOf([points]));
        expect(gpsQuality.suspiciousShare).toBeGreaterThanOrEqual(0);
        expect(gpsQuality.suspiciousShare).toBeLessThanOrEqual(1);
        // JSON has no other numbers than finite ones: others would come back as null.
        expect(JSON.parse(JSON.stringify({ summary, gpsQuality }))).toEqual({ summary, gpsQuality });
      }),
    );
  });
});

test('thinned to a fifth of its points, an outing keeps its speeds and heart rate', () => {
  const options = { format: 'gpx', receivedAtMs: Date.UTC(2026, 10, 21) } as const;
  const text = Buffer.from(generateGpx({ points: 6000, sensors: ['heartRate'] })).toString();
  const full = deriveRecording(Buffer.from(text), options).statistics;
  let at = 0;
  const thinned = text.replaceAll(/<trkpt[\s\S]*?<\/trkpt>/g, (point) => (at++ % 5 === 0 ? point : ''));
  const few = deriveRecording(Buffer.from(thinned), options).statistics;
  const off = (a: number | null | undefined, b: number | null | undefined) => Math.abs((a ?? 0) / (b ?? 1) - 1);
  expect(few.points).toBe(1200);
  expect(off(few.summary.heartRateBpm?.average, full.summary.heartRateBpm?.average)).toBeLessThan(0.01);
  const [, , , five, twenty] = full.summary.bestSpeeds ?? [];
  expect(off(few.summary.bestSpeeds?.[3]?.speedMps, five?.speedMps)).toBeLessThan(0.1);
  expect(off(few.summary.bestSpeeds?.[4]?.speedMps, twenty?.speedMps)).toBeLessThan(0.1);
});
