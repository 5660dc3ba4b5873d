import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { CodecKeyring } from './temporal/keyring.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What cannot be opened: an unknown key id, or bytes that were changed. Never retried into success. */
export class SealingError extends Error {
  override readonly name: string = 'SealingError';
}

/** AES-256-GCM: `iv (12) | ciphertext | tag (16)`. `context` is authenticated with it: what was sealed for one use opens for no other. */
export function sealBytes(key: Uint8Array, bytes: Uint8Array, context: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(context);
  return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when the bytes were changed, cut, or sealed with another key or context. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new RangeError('it is cut off');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES));
  decipher.setAAD(context).setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const opened = decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES));
  return Buffer.concat([opened, decipher.final()]);
}

/** A short secret for a row: `<key id>:<base64>`, sealed with the current codec key. */
export function sealText(keyring: CodecKeyring, text: string, use: string): string {
  const key = keyOf(keyring, keyring.current);
  const sealed = sealBytes(key, Buffer.from(text), contextOf(keyring.current, use));
  return `${keyring.current}:${sealed.toString('base64')}`;
}

/** Throws `SealingError`. */
export function openText(keyring: CodecKeyring, sealed: string, use: string): string {
  const [keyId = '', base64 = ''] = sealed.split(':');
  const key = keyOf(keyring, keyId);
  try {
    return openBytes(key, Buffer.from(base64, 'base64'), contextOf(keyId, use)).toString();
  } catch (error) {
    throw new SealingError(`what was sealed with key ${keyId} was changed`, { cause: error });
  }
}

function keyOf(keyring: CodecKeyring, id: string): Uint8Array {
  const key = keyring.keys.get(id);
  if (!key) throw new SealingError(`no codec key ${JSON.stringify(id)} in CAIRN_CODEC_KEYS`);
  return key;
}

function contextOf(keyId: string, use: string): Buffer {
  return Buffer.from(`${keyId} ${use}`);
}
