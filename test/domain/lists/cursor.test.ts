import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, type ListPlace } from '../../../domain/lists/cursor.ts';

const micro = fc
  .tuple(
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
    fc.nat(999),
  )
  .map(([moment, micros]) => moment.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`));
const places: fc.Arbitrary<ListPlace> = fc.record({ at: fc.option(micro), id: fc.uuid() });
const LIST = 'tracks.createdAt';

test('a cursor leads back to its place, to the microsecond', () => {
  fc.assert(fc.property(places, (place) => void expect(decodeCursor(LIST, encodeCursor(LIST, place))).toEqual(place)));
});

test('a cursor may stand in an address as it is', () => {
  fc.assert(fc.property(places, (place) => void expect(encodeCursor(LIST, place)).toMatch(/^[\w-]+$/)));
});

test('a cursor of another list, or of another order of the same list, is none', () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(decodeCursor('uploads.receivedAt', encodeCursor(LIST, place))).toBeUndefined();
      expect(decodeCursor('tracks.startedAt', encodeCursor(LIST, place))).toBeUndefined();
    }),
  );
});

test('one character changed, added or missing is noticed', () => {
  fc.assert(
    fc.property(places, fc.nat(), fc.constantFrom(...'abcXYZ019-_=+ %|'), (place, seed, character) => {
      const cursor = encodeCursor(LIST, place);
      const at = seed % cursor.length;
      const [before, after] = [cursor.slice(0, at), cursor.slice(at + 1)];
      fc.pre(cursor[at] !== character);
      expect(decodeCursor(LIST, before + character + after)).toBeUndefined();
      expect(decodeCursor(LIST, before + after)).toBeUndefined();
      expect(decodeCursor(LIST, before + character + cursor.slice(at))).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test('no text at all makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => void expect(decodeCursor(LIST, text)).toBeUndefined()),
  );
});

test.each([
  ['a day that is not in the calendar', { at: '2026-02-30T00:00:00.000000Z' }],
  ['an hour that is not', { at: '2026-02-20T24:00:00.000000Z' }],
  ['the year 0', { at: '0000-02-20T00:00:00.000000Z' }],
  ['a moment without microseconds', { at: '2026-02-20T00:00:00Z' }],
  ['words', { at: 'infinity' }],
  ['an id that is none', { id: `x'; drop table tracks; --` }],
])('with a right checksum but %s it is refused before the database sees it', (_what, change) => {
  const good = { at: '2026-02-20T00:00:00.000000Z', id: '01a1f7e2-0c4d-7c3a-9b1e-4f5a6b7c8d9e' };
  expect(decodeCursor(LIST, encodeCursor(LIST, good))).toEqual(good);
  expect(decodeCursor(LIST, encodeCursor(LIST, { ...good, ...change }))).toBeUndefined();
});
