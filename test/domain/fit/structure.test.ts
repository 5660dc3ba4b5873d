import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crcOf } from '../../../domain/fit/crc.ts';
import { aboutFile, records, START_S, semicircles, smallFit, timerEvent, walk } from '../../support/fit.ts';
import { fitFile, localMessage, slowCrc } from '../../support/fit-bytes.ts';
import { codeAndOffset, list, read, seconds, warningsOf } from './reading.ts';

const PLACE = ['timestamp', 'position_lat', 'position_long'] as const;
const place = (s: number) => [START_S + s, semicircles(47 + s / 1000), semicircles(11)];

describe('headers and checksums', () => {
  test.each([
    ['14 bytes', {}],
    ['14 bytes, its own checksum not computed', { headerCrc: 'zero' }],
    ['12 bytes', { headerBytes: 12 }],
    ['protocol 1', { version: 0x10 }],
  ] as const)('a header of %s', (_, options) => {
    expect(read(smallFit(options))).toMatchObject({ format: 'fit', warnings: [] });
  });

  test('a file without a checksum is read, and says so', () => {
    const track = read(smallFit({ fileCrc: 'zero' }));
    expect(track.lat).toHaveLength(60);
    expect(Object.keys(warningsOf(track))).toEqual(['fit/no-checksum']);
  });

  test('a header that never learned the length of the file is corrected by the checksum at its end', () => {
    for (const announcedBytes of [0, 1_000_000]) {
      const track = read(smallFit({ announcedBytes }));
      expect(track.lat).toHaveLength(60);
      expect(Object.keys(warningsOf(track))).toEqual(['fit/wrong-size']);
    }
  });

  test('a header whose own checksum alone is wrong is a careless writer; in a doubtful file it is damage', () => {
    expect(read(smallFit({ headerCrc: 'wrong' })).lat).toHaveLength(60);
    expect(codeAndOffset(smallFit({ headerCrc: 'wrong', fileCrc: 'wrong' }))).toEqual(['fit/bad-header', 12]);
  });

  test('a protocol of the future is refused', () => {
    expect(codeAndOffset(smallFit({ version: 0x30 }))).toEqual(['fit/unsupported-version', 1]);
  });

  test('the fast checksum is the one of the polynomial', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(8), (bytes, from) => {
        const start = Math.min(from, bytes.length);
        expect(crcOf(bytes, start, bytes.length)).toBe(slowCrc(bytes.subarray(start)));
      }),
    );
  });
});

describe('messages', () => {
  test('a local type that is defined again is read by its new definition', () => {
    const bare = records(PLACE);
    const withHeart = records(['heart_rate', ...PLACE]);
    const track = read(
      fitFile([
        ...aboutFile(),
        ...bare.definition,
        ...bare.data(...place(0)),
        ...withHeart.definition,
        ...withHeart.data(120, ...place(1)),
        ...bare.definition,
        ...bare.data(...place(2)),
      ]),
    );
    expect(list(track.heartRate)).toEqual([null, 120, null]);
    expect(seconds(track, START_S)).toEqual([0, 1, 2]);
  });

  test('both byte orders in one file, each by its definition, give the same values', () => {
    const names = [...PLACE, 'altitude', 'power', 'distance', 'speed', 'enhanced_altitude', 'temperature'] as const;
    const little = records(names, 0);
    const big = records(names, 6, { isBigEndian: true });
    const values = [...place(5), 4000, 321, 123_456, 4321, 4001, -7];
    const track = read(
      fitFile([
        ...aboutFile(),
        ...little.definition,
        ...big.definition,
        ...little.data(...values),
        ...big.data(...values),
      ]),
    );
    for (const column of [
      track.lat,
      track.lon,
      track.ele,
      track.timeMs,
      track.power,
      track.temperature,
      track.recordedDistanceM,
      track.recordedSpeedMps,
    ]) {
      expect(column?.[0]).not.toBeNaN();
      expect(column?.[0]).toBe(column?.[1]);
    }
  });

  test('unknown messages, and fields nobody knows or whose size fits no type, are passed over', () => {
    const strange = localMessage(7, 0xff00, [
      { number: 0, type: 'string', size: 20 },
      { number: 1, type: 'uint32', size: 3 },
    ]);
    const odd = localMessage(8, 20, [
      { number: 200, type: 'uint64', size: 16 },
      { number: 253, type: 'uint32' },
      { number: 3, type: 'uint32', size: 1 },
      { number: 0, type: 'sint32' },
      { number: 91, type: 'byte', size: 0 },
      { number: 1, type: 'sint32' },
    ]);
    const track = read(
      fitFile([
        ...aboutFile(),
        ...strange.definition,
        ...odd.definition,
        ...strange.data('x', 1),
        ...odd.data([1, 2], START_S, 99, semicircles(47), null, semicircles(11)),
        ...strange.data('y', 1),
      ]),
    );
    expect([list(track.heartRate), track.lat[0], track.warnings]).toEqual([null, expect.closeTo(47, 6), []]);
  });

  test('of an array the first element is read', () => {
    const twice = localMessage(0, 20, [
      { number: 253, type: 'uint32' },
      { number: 7, type: 'uint16', size: 4 },
    ]);
    const track = read(fitFile([...aboutFile(), ...twice.definition, ...twice.data(START_S, [250, 9])]));
    expect(list(track.power)).toEqual([250]);
  });
});

describe('times', () => {
  test('compressed timestamps count on from the last, over their roll-over too', () => {
    const full = records(PLACE, 0);
    const compact = records(['position_lat', 'position_long'], 1);
    const base = START_S - (START_S % 32) + 30;
    const here = [semicircles(47), semicircles(11)];
    const track = read(
      fitFile([
        ...aboutFile(),
        ...full.definition,
        ...compact.definition,
        ...full.data(base, ...here),
        ...compact.compressed(31, ...here),
        ...compact.compressed(1, ...here),
        ...compact.compressed(1, ...here),
        ...compact.compressed(0, ...here),
      ]),
    );
    expect(seconds(track, base)).toEqual([0, 1, 3, 3, 34]);
  });

  test('a record without any time has none, whatever its definition', () => {
    for (const isBigEndian of [false, true]) {
      const compact = records(['position_lat', 'position_long'], 3, { isBigEndian });
      const here = [semicircles(47), semicircles(11)];
      const messages = [
        ...timerEvent(0, 'start'),
        ...compact.compressed((START_S + 1) % 32, ...here),
        ...compact.data(...here),
      ];
      const track = read(fitFile([...aboutFile(), ...compact.definition, ...messages]));
      expect(seconds(track, START_S)).toEqual([1, null]);
    }
  });

  test('they count on from the timestamp of any message', () => {
    const compact = records(['position_lat', 'position_long'], 3);
    const at = compact.compressed((START_S + 9) % 32, semicircles(47), semicircles(11));
    const track = read(fitFile([...aboutFile(), ...compact.definition, ...at, ...timerEvent(8, 'start'), ...at]));
    expect(seconds(track, START_S)).toEqual([null, 9]);
  });

  test('fractions of a second are kept', () => {
    const fine = records([...PLACE, 'time128']);
    const data = [0, 64, null].flatMap((fraction, s) => fine.data(...place(s), fraction));
    const track = read(fitFile([...aboutFile(), ...fine.definition, ...data]));
    expect(seconds(track, START_S)).toEqual([0, 1.5, 2]);
  });

  test('times that count from the start of the recorder are no dates, unless its clock is known', () => {
    const record = records(PLACE);
    const relative = [
      ...record.definition,
      ...record.data(5000, ...place(0).slice(1)),
      ...record.data(5007, ...place(1).slice(1)),
    ];
    const clock = localMessage(5, 34, [
      { number: 253, type: 'uint32' },
      { number: 5, type: 'uint32' },
    ]);
    const bare = read(fitFile([...aboutFile(), ...relative]));
    expect(bare.timeMs).toBeNull();
    expect(warningsOf(bare)).toEqual({ 'fit/time-without-date': 2 });
    const dated = read(fitFile([...aboutFile(), ...relative, ...clock.definition, ...clock.data(5007, START_S)]));
    expect(seconds(dated, START_S)).toEqual([-7, 0]);
    expect(warningsOf(dated)).toEqual({ 'fit/time-without-zone': 2 });
    const correlation = localMessage(5, 162, [
      { number: 253, type: 'uint32' },
      { number: 1, type: 'uint32' },
    ]);
    const exact = read(
      fitFile([...aboutFile(), ...relative, ...correlation.definition, ...correlation.data(START_S, 5000)]),
    );
    expect(seconds(exact, START_S)).toEqual([0, 7]);
    expect(warningsOf(exact)).toEqual({});
  });

  test('times after the upload are left out, times that go back are counted', () => {
    const record = records(PLACE);
    const data = [9, 4, 90_000_000].flatMap((s) => record.data(START_S + s, ...place(0).slice(1)));
    const track = read(fitFile([...aboutFile(), ...record.definition, ...data]));
    expect(seconds(track, START_S)).toEqual([9, 4, null]);
    expect(warningsOf(track)).toEqual({ 'fit/implausible-time': 1, 'fit/time-backwards': 1 });
  });
});

test('all files of a chain are read, each with its own definitions', () => {
  const part = (from: number) => fitFile([...aboutFile(), ...walk(from, from + 10)]);
  const withoutRecords = fitFile([...aboutFile({ type: 4 })], { headerBytes: 12 });
  const track = read(Buffer.concat([part(0), withoutRecords, part(100), Buffer.alloc(6)]));
  expect(track.lat).toHaveLength(20);
  expect([...track.segmentStarts]).toEqual([0, 10]);
  expect(track.warnings).toEqual([]);
  const record = records(PLACE);
  const leaning = fitFile(record.data(...place(0)));
  expect(codeAndOffset(Buffer.concat([part(0), leaning]))).toEqual(['fit/undefined-message', part(0).length + 14]);
});
