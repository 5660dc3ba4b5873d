import { KEY_KINDS, type KeyKind } from '../../contracts/keys.ts';
import { crc32 } from '../checksums/crc32.ts';

/**
 * `cairn_<kind>_<id>_<secret><checksum>`: a prefix that scanners find, an id that is safe to log, 190 random bits, and a
 * CRC-32 that tells a mistyped key from a wrong one without asking the database. Underscores, so that a double click
 * takes all of it.
 */
export interface KeyText {
  readonly kind: KeyKind;
  readonly id: string;
  readonly secret: string;
}

export const KEY_ID_LENGTH = 10;
export const KEY_SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;

/** What a secret scanner should look for. */
export const KEY_PATTERN = /^cairn_(site|account|operator)_([0-9A-Za-z]{10})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function formatKey(key: KeyText): string {
  const body = `cairn_${key.kind}_${key.id}_${key.secret}`;
  return body + checksum(body);
}

/** The parts of a key, or undefined when the text cannot be one of ours. */
export function parseKey(text: string): KeyText | undefined {
  const [, kindText, id, secret, given] = KEY_PATTERN.exec(text) ?? [];
  const kind = KEY_KINDS.find((candidate) => candidate === kindText);
  if (!kind || !id || !secret || !given) return undefined;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === given ? { kind, id, secret } : undefined;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
