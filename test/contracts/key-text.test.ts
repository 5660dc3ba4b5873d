import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEY_KINDS } from '../../contracts/keys.ts';
import {
  BASE62,
  formatKey,
  KEY_ID_LENGTH,
  KEY_PATTERN,
  KEY_SECRET_LENGTH,
  parseKey,
} from '../../domain/keys/key-text.ts';

const base62 = (length: number) =>
  fc.string({ unit: fc.constantFrom(...BASE62), minLength: length, maxLength: length });
const keyParts = fc.record({
  kind: fc.constantFrom(...KEY_KINDS),
  id: base62(KEY_ID_LENGTH),
  secret: base62(KEY_SECRET_LENGTH),
});

test('what is formatted is parsed back, and a scanner finds it', () => {
  fc.assert(
    fc.property(keyParts, (parts) => {
      const text = formatKey(parts);
      expect(parseKey(text)).toEqual(parts);
      expect(text).toMatch(KEY_PATTERN);
    }),
  );
});

test('every change of a single character is noticed without a database', () => {
  const text = formatKey({ kind: 'account', id: 'aB3dE6gH9k', secret: '0123456789abcdefghijABCDEFGHIJ42' });
  const wrong = [...text].flatMap((_, at) =>
    [...BASE62, '_', ' ', 'é'].map((char) => text.slice(0, at) + char + text.slice(at + 1)),
  );
  const taken = wrong.filter((changed) => changed !== text && parseKey(changed));
  expect(taken).toEqual([]);
});

test('two neighbours swapped are noticed', () => {
  fc.assert(
    fc.property(keyParts, fc.nat(62), (parts, at) => {
      const text = formatKey(parts);
      const [a = '', b = ''] = [text[at], text[at + 1]];
      const swapped = text.slice(0, at) + b + a + text.slice(at + 2);
      expect(parseKey(swapped)).toEqual(swapped === text ? parts : undefined);
    }),
  );
});

test('no text of any kind is taken for a key by chance, or throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseKey(text) === undefined));
  const text = formatKey({ kind: 'site', id: 'aB3dE6gH9k', secret: '0123456789abcdefghijABCDEFGHIJ42' });
  for (const near of [`${text}\n`, ` ${text}`, text.toUpperCase(), text.slice(0, -1), `${text}0`, '']) {
    expect(parseKey(near), JSON.stringify(near)).toBeUndefined();
  }
});
