import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasZone, parseDateTimeMs } from '../../../domain/xml/date-time.ts';
import { parseDecimal } from '../../../domain/xml/decimal.ts';
import { gpx, RECEIVED_AT_MS, read, trkpt, warningsOf } from './gpx-text.ts';

describe('decimals', () => {
  test('every finite number is read as JavaScript reads it', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (value) => parseDecimal(String(value)) === value,
      ),
    );
    const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(18));
    fc.assert(
      fc.property(decimal, ([digits, decimals]) => {
        const text = digits.toString().padStart(decimals + 1, '0');
        const point = text.length - decimals;
        const written = `-${text.slice(0, point)}.${text.slice(point)}`;
        expect(parseDecimal(` \n${written}\t`)).toBe(Number(written));
      }),
    );
  });

  test.each([
    '',
    ' ',
    '-',
    '.',
    '+.',
    '1..2',
    '1.2.3',
    '0x1f',
    '1,5',
    'NaN',
    'INF',
    'Infinity',
    '1e',
    'e5',
    '1_000',
    '٣',
  ])('"%s" is none', (text) => {
    expect(parseDecimal(text)).toBeNaN();
  });
});

describe('times', () => {
  test('every moment is read as JavaScript writes it', () => {
    const moment = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) });
    fc.assert(fc.property(moment, (ms) => parseDateTimeMs(new Date(ms).toISOString()) === ms));
  });

  test.each([
    ['2026-05-01T06:00:00Z', '2026-05-01T06:00:00.000Z'],
    ['2026-05-01t06:00:00z', '2026-05-01T06:00:00.000Z'],
    ['2026-05-01 06:00:00Z', '2026-05-01T06:00:00.000Z'],
    ['2026-05-01T06:00:00', '2026-05-01T06:00:00.000Z'],
    ['2026-05-01T06:00:00.5+02:00', '2026-05-01T04:00:00.500Z'],
    ['2026-05-01T06:00:00.123999-05:30', '2026-05-01T11:30:00.123Z'],
    ['2024-02-29T23:59:60Z', '2024-03-01T00:00:00.000Z'],
    ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(new Date(parseDateTimeMs(text)).toISOString()).toBe(iso);
  });

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-05-01T24:00:01Z',
    '2026-05-01T25:00:00Z',
    '2026-05-01T06:60:00Z',
    '2026-05-01T06:00:61Z',
    '2026-05-01T06:00:60Z',
    '2026-05-01',
    '2026-05-01T06:00Z',
    '2026-05-01T06:00:00.Z',
    '2026-05-01T06:00:00+0200',
    '2026-05-01T06:00:00+15:00',
    '2026-05-01T06:00:00+02:60',
    '2026-05-01T06:00:00Zx',
    '26-05-01T06:00:00Z',
    '12026-05-01T06:00:00Z',
    '-2026-05-01T06:00:00Z',
    '01.05.2026 06:00:00',
    '',
  ])('"%s" is none', (text) => {
    expect(parseDateTimeMs(text)).toBeNaN();
  });

  test('a zone is seen where there is one', () => {
    for (const zone of ['Z', 'z', '+02:00', '-11:30']) expect(hasZone(`2026-05-01T06:00:00${zone}`)).toBe(true);
    for (const none of ['', '.5', '.123']) expect(hasZone(`2026-05-01T06:00:00${none}`)).toBe(false);
  });
});

describe('values of a point that are bad stay missing and are counted', () => {
  const withValues = (...inside: string[]) => read(gpx(inside.map((value) => trkpt(1, 2, value)).join('')));

  test('elevations', () => {
    const track = withValues(
      '<ele>812.5</ele>',
      '<ele>high</ele>',
      '<ele>1e9</ele>',
      '<ele></ele>',
      '<ele>1<x/>2</ele>',
      '<ele> -3 </ele>',
    );
    expect([...(track.ele ?? [])]).toEqual([812.5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, -3]);
    expect(warningsOf(track)).toEqual({ 'gpx/bad-elevation': 3 });
  });

  test('sensors', () => {
    const hr = (value: string) => `<extensions><hr>${value}</hr></extensions>`;
    const track = withValues(hr('0'), hr('301'), hr('x'), hr('60.4'), hr(''));
    expect(track.heartRate?.[3]).toBeCloseTo(60.4, 5);
    expect(warningsOf(track)).toEqual({ 'gpx/bad-sensor-value': 3 });
  });

  test('times that cannot be, are too old or lie in the future', () => {
    const future = new Date(RECEIVED_AT_MS + 86_400_001).toISOString();
    const track = withValues(
      ...['2026-02-30T00:00:00Z', '1901-12-13T20:45:52Z', future, 'now', ''].map((time) => `<time>${time}</time>`),
    );
    expect(track.timeMs).toBeNull();
    expect(warningsOf(track)).toEqual({ 'gpx/bad-time': 2, 'gpx/implausible-time': 2 });
  });

  test('a time up to a day after the upload is believed: clocks and zones are off', () => {
    const time = new Date(RECEIVED_AT_MS + 86_400_000).toISOString();
    expect(withValues(`<time>${time}</time>`).timeMs?.[0]).toBe(RECEIVED_AT_MS + 86_400_000);
  });

  test('times without a zone are UTC, and steps back are counted inside a segment only', () => {
    const at = (clock: string) => trkpt(1, 2, `<time>2026-05-01T${clock}</time>`);
    const track = read(
      gpx(`${at('06:00:05')}${at('06:00:04Z')}${at('06:00:04Z')}${at('06:00:01Z')}</trkseg><trkseg>${at('05:00:00Z')}`),
    );
    expect(warningsOf(track)).toEqual({ 'gpx/time-without-zone': 1, 'gpx/time-backwards': 2 });
  });

  test('text may be in CDATA, in references and around comments', () => {
    const track = withValues('<ele><![CDATA[8]]>1<!-- no -->2&#46;5</ele>');
    expect(track.ele?.[0]).toBe(812.5);
  });
});
