import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openText, SealingError, sealText } from '../../platform/sealing.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';

const keyOf = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [old, young] = [keyOf('k1'), keyOf('k2')];
const before = parseCodecKeys(old);
const during = parseCodecKeys(`${young},${old}`);

test('what is sealed is not to be read, is another text each time, and opens again', () => {
  const [one, other] = [sealText(before, 'whsec_secret', 'a use'), sealText(before, 'whsec_secret', 'a use')];
  expect(one).not.toBe(other);
  expect(Buffer.from(one.slice(3), 'base64').toString('latin1')).not.toContain('whsec');
  expect(openText(before, one, 'a use')).toBe('whsec_secret');
});

test('it opens with a key that was rotated, for its own use alone, and not when it was touched', () => {
  const sealed = sealText(before, 'whsec_secret', 'a use');
  expect(openText(during, sealed, 'a use')).toBe('whsec_secret');
  const touched = `${sealed.slice(0, -6)}AAAA${sealed.slice(-2)}`;
  for (const open of [
    () => openText(during, sealed, 'another use'),
    () => openText(during, touched, 'a use'),
    () => openText(during, sealed.slice(0, 12), 'a use'),
    () => openText(parseCodecKeys(young), sealed, 'a use'),
  ])
    expect(open).toThrow(SealingError);
});
