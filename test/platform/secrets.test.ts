import { expect, test } from 'vitest';
import { randomText, sha256 } from '../../platform/secrets.ts';

test('a hash is SHA-256, as the published example says', () => {
  expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('random text has the length, uses every letter of its alphabet and no other, and does not repeat', () => {
  const text = randomText(2_000, 'abcdefgh');
  expect(text).toMatch(/^[a-h]{2000}$/);
  expect(new Set(text).size).toBe(8);
  expect(new Set(Array.from({ length: 1_000 }, () => randomText(10, '0123456789abcdefghij'))).size).toBe(1_000);
});
