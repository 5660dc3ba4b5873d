import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODE, codeOf, readNumber } from '../../../domain/fit/base-types.ts';
import { aboutFile, type RecordField, records, START_S, semicircles } from '../../support/fit.ts';
import { type FitType, type FitValue, fitFile, localMessage } from '../../support/fit-bytes.ts';
import { list, read, warningsOf } from './reading.ts';

/** A file of records that hold these fields. */
function recordsOf(names: readonly RecordField[], rows: readonly (readonly FitValue[])[]) {
  const record = records(['timestamp', ...names]);
  const data = rows.flatMap((row, s) => record.data(START_S + s, ...row));
  return read(fitFile([...aboutFile(), ...record.definition, ...data]));
}

describe('invalid values of every base type are no values, the others are', () => {
  const TYPES: readonly [FitType, number, number][] = [
    ['enum', 0x00, 7],
    ['sint8', 0x01, -5],
    ['uint8', 0x02, 254],
    ['sint16', 0x83, -300],
    ['uint16', 0x84, 65_534],
    ['sint32', 0x85, -70_000],
    ['uint32', 0x86, 4_294_967_294],
    ['float32', 0x88, -1.5],
    ['float64', 0x89, 1e-9],
    ['uint8z', 0x0a, 255],
    ['uint16z', 0x8b, 65_535],
    ['uint32z', 0x8c, 4_294_967_295],
    ['byte', 0x0d, 3],
    ['sint64', 0x8e, -5_000_000_000],
    ['uint64', 0x8f, 5_000_000_000],
    ['uint64z', 0x90, 1],
  ];
  test.each(TYPES)('%s', (type, id, value) => {
    for (const isBigEndian of [false, true]) {
      const message = localMessage(0, 1, [{ number: 0, type }], { isBigEndian });
      const numberOf = (given: number | null) => {
        const bytes = Uint8Array.from(message.data(given));
        return readNumber(new DataView(bytes.buffer), 1, codeOf(id, bytes.length - 1, isBigEndian));
      };
      expect(numberOf(value)).toBe(value);
      expect(numberOf(null)).toBeNaN();
    }
  });

  test('types are known without their top bit too; strings and unknown types are no numbers', () => {
    expect(codeOf(0x06, 4, false)).toBe(CODE.uint32);
    expect(codeOf(0x07, 4, false)).toBe(CODE.unread);
    expect(codeOf(0x1f, 1, false)).toBe(CODE.unread);
    expect(codeOf(0x86, 3, false)).toBe(CODE.unread);
    expect(codeOf(0x86, 0, false)).toBe(CODE.unread);
  });
});

describe('positions', () => {
  const at = (lat: number | null, lon: number | null) => [lat, lon];

  test('semicircles are degrees, at the ends of the world too', () => {
    const track = recordsOf(
      ['position_lat', 'position_long'],
      [at(2 ** 30, -(2 ** 31)), at(-(2 ** 30), 2 ** 31 - 2), at(1, 1)],
    );
    expect(list(track.lat)).toEqual([90, -90, 180 / 2 ** 31]);
    expect(list(track.lon)?.[0]).toBe(-180);
    expect(list(track.lon)?.[1]).toBeCloseTo(180, 6);
  });

  test('missing, half, impossible and 0/0 are none; the point stays with its time and sensors', () => {
    const rows = [at(null, null), at(semicircles(47), null), at(2 ** 30 + 1, 5), at(0, 0), at(semicircles(47), 0)];
    const track = recordsOf(['position_lat', 'position_long'], rows);
    expect(list(track.lat)).toEqual([null, null, null, null, expect.closeTo(47, 6)]);
    expect(list(track.timeMs)).not.toContain(null);
    expect(warningsOf(track)).toEqual({ 'fit/no-position': 4, 'fit/bad-position': 3 });
  });
});

describe('sensors', () => {
  test('enhanced values go before plain ones, plain ones fill in', () => {
    const names = ['altitude', 'enhanced_altitude', 'speed', 'enhanced_speed'] as const;
    const track = recordsOf(names, [
      [2600, 2605, 1000, 2000],
      [2600, null, 1000, null],
      [null, 2605, null, 2000],
    ]);
    expect(list(track.ele)).toEqual([21, 20, 21]);
    expect(list(track.recordedSpeedMps)).toEqual([2, 1, 2]);
  });

  test('cadence has its fraction; the finer field stands in for it', () => {
    const track = recordsOf(
      ['cadence', 'fractional_cadence', 'cadence256'],
      [
        [80, 64, null],
        [80, null, null],
        [null, null, 80 * 256 + 128],
      ],
    );
    expect(list(track.cadence)).toEqual([80.5, 80, 80.5]);
  });

  test('what cannot be true is left out and counted', () => {
    const track = recordsOf(
      ['heart_rate', 'power', 'altitude'],
      [
        [0, 10_001, 2500],
        [120, 200, 2500],
        [null, null, null],
      ],
    );
    expect([list(track.heartRate), list(track.power), list(track.ele)]).toEqual([
      [null, 120, null],
      [null, 200, null],
      [0, 0, null],
    ]);
    expect(warningsOf(track)).toMatchObject({ 'fit/bad-sensor-value': 2 });
  });

  test('compressed speed and distance run over and add up', () => {
    const packed = (speed: number, distance: number) => {
      const number = speed | (distance << 12);
      return [[number & 0xff, (number >> 8) & 0xff, number >> 16]];
    };
    const track = recordsOf(
      ['compressed_speed_distance'],
      [packed(250, 16), packed(300, 4090), [null], packed(400, 10)],
    );
    expect(list(track.recordedSpeedMps)).toEqual([2.5, 3, null, 4]);
    expect(list(track.recordedDistanceM)).toEqual([1, 4090 / 16, null, 4106 / 16]);
  });
});

describe('developer fields', () => {
  const description = localMessage(9, 206, [
    { number: 0, type: 'uint8' },
    { number: 1, type: 'uint8' },
    { number: 2, type: 'uint8' },
    { number: 3, type: 'string', size: 8 },
    { number: 6, type: 'uint8' },
    { number: 7, type: 'sint8' },
    { number: 14, type: 'uint16' },
    { number: 15, type: 'uint8' },
  ]);
  const FLOAT = 0x88;
  const described = (
    field: number,
    nativeField: number | null,
    nativeMessage: number | null = 20,
    scale: number | null = null,
  ) => [...description.definition, ...description.data(0, field, FLOAT, 'x', scale, null, nativeMessage, nativeField)];
  const record = localMessage(0, 20, [
    { number: 253, type: 'uint32' },
    { number: 3, type: 'uint8' },
    { number: 7, type: 'uint16' },
    { number: 0, type: 'float32', developer: 0 },
    { number: 1, type: 'float32', developer: 0 },
  ]);
  const row = [START_S, 100, 200, 301.5, 150];

  test('one that stands for a native field goes before it, with its own type and scale', () => {
    const data = [...record.definition, ...record.data(...row), ...record.data(START_S + 1, 100, 200, null, null)];
    const track = read(fitFile([...aboutFile(), ...described(0, 7), ...described(1, 3, null, 2), ...data]));
    expect(list(track.power)).toEqual([301.5, 200]);
    expect(list(track.heartRate)).toEqual([75, 100]);
  });

  test('one that stands for nothing, for another message, for a position or without a description is passed over', () => {
    const data = [...record.definition, ...record.data(...row)];
    for (const about of [[], described(0, null), described(0, 7, 18), described(0, 0), described(0, 253)]) {
      const track = read(fitFile([...aboutFile(), ...about, ...data]));
      expect([list(track.power), list(track.heartRate), track.lat[0]]).toEqual([[200], [100], Number.NaN]);
      expect(list(track.timeMs)).toEqual([(START_S + 631_065_600) * 1000]);
    }
  });

  test('a description that comes late holds from then on', () => {
    const data = [...record.definition, ...record.data(...row), ...described(0, 7), ...record.data(...row)];
    expect(list(read(fitFile([...aboutFile(), ...data])).power)).toEqual([200, 301.5]);
  });
});

test('what was built is what is read', () => {
  const orNull = (value: fc.Arbitrary<number>) => fc.option(value, { nil: null });
  const point = fc.record({
    lat: fc.integer({ min: 1, max: 2 ** 30 }),
    lon: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 2 }),
    altitude: orNull(fc.nat(65_534)),
    heartRate: orNull(fc.integer({ min: 1, max: 254 })),
    power: orNull(fc.nat(10_000)),
    temperature: orNull(fc.integer({ min: -100, max: 100 })),
    distance: orNull(fc.nat(1e9)),
  });
  const names = [
    'position_lat',
    'position_long',
    'altitude',
    'heart_rate',
    'power',
    'temperature',
    'distance',
  ] as const;
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), fc.boolean(), (points, isBigEndian) => {
      const record = records(['timestamp', ...names], 0, { isBigEndian });
      const rows = points.map(Object.values<number | null>);
      const data = rows.flatMap((values, s) => record.data(START_S + s, ...values));
      const track = read(fitFile([...aboutFile(), ...record.definition, ...data]));
      const expected = (key: keyof (typeof points)[number], of: (value: number) => number) =>
        points.some((p) => p[key] !== null) ? points.map((p) => (p[key] === null ? null : of(p[key]))) : null;
      expect(list(track.lat)).toEqual(expected('lat', (value) => (value * 180) / 2 ** 31));
      expect(list(track.lon)).toEqual(expected('lon', (value) => (value * 180) / 2 ** 31));
      expect(list(track.ele)).toEqual(expected('altitude', (value) => value / 5 - 500));
      expect(list(track.heartRate)).toEqual(expected('heartRate', (value) => value));
      expect(list(track.power)).toEqual(expected('power', (value) => value));
      expect(list(track.temperature)).toEqual(expected('temperature', (value) => value));
      expect(list(track.recordedDistanceM)).toEqual(expected('distance', (value) => value / 100));
    }),
  );
});
