import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDateTimeMs } from '../../../domain/xml/date-time.ts';
import { parseDecimal } from '../../../domain/xml/decimal.ts';
import { plainDecimal, plainTimeMs } from '../../../domain/xml/plain-values.ts';
import { utf8 } from './gpx-text.ts';

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`));
const number = fc
  .tuple(fc.constantFrom('', '-', '+', ' '), digits(16), fc.constantFrom('', '.', '..', 'e'), digits(15))
  .map((parts) => parts.join(''));

test('a plain decimal is what the full parser reads, to the bit, or left to it', () => {
  let read = 0;
  const property = fc.property(number, (text) => {
    const value = plainDecimal(utf8(`>${text}<`), 1, 1 + utf8(text).length);
    if (!Number.isNaN(value)) read++;
    return Number.isNaN(value) || Object.is(value, parseDecimal(text));
  });
  fc.assert(property, { numRuns: 3000 });
  expect(read).toBeGreaterThan(100);
});

const two = (most: number) => fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0'));
const time = fc
  .tuple(
    two(99),
    two(99),
    two(13),
    two(32),
    fc.constantFrom('T', ' '),
    two(24),
    two(60),
    two(60),
    fc.constantFrom('', '.', '.5', '.1239', '.x'),
    fc.constantFrom('Z', 'z', '', '+01:00'),
  )
  .map(([century, year, month, day, t, hour, minute, second, fraction, zone]) => {
    return `${century}${year}-${month}-${day}${t}${hour}:${minute}:${second}${fraction}${zone}`;
  });

test('a plain time is what the full parser reads, or left to it', () => {
  const memory = { day: Number.NaN, startMs: Number.NaN };
  let read = 0;
  const property = fc.property(time, (text) => {
    const value = plainTimeMs(utf8(`>${text}<`), 1, 1 + text.length, memory);
    if (!Number.isNaN(value)) read++;
    return Number.isNaN(value) || value === parseDateTimeMs(text);
  });
  fc.assert(property, { numRuns: 3000 });
  expect(read).toBeGreaterThan(100);
});
