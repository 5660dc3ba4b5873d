import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { CodecKeyring } from './keyring.ts';

const PROTO = proto.temporal.api.common.v1.Payload;
const ENCODING = 'binary/encrypted';
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A payload that cannot be opened: an unknown key id, or bytes that were changed. Never retried into success. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/**
 * Seals every payload with AES-256-GCM: `iv (12) | ciphertext | tag (16)` of the whole payload message, the key's id in
 * the metadata and in the authenticated data. Payloads that are not sealed pass through `decode`, so that plaintext
 * histories (fixtures) replay.
 */
export function encryptionCodec(keyring: CodecKeyring): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => seal(keyring, payload)),
    decode: async (payloads) => payloads.map((payload) => open(keyring, payload)),
  };
}

function seal(keyring: CodecKeyring, payload: Payload): Payload {
  const keyId = Buffer.from(keyring.current);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(keyring, keyring.current), iv).setAAD(keyId);
  const sealed = cipher.update(PROTO.encode(payload).finish());
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': keyId },
    data: Buffer.concat([iv, sealed, cipher.final(), cipher.getAuthTag()]),
  };
}

function open(keyring: CodecKeyring, payload: Payload): Payload {
  if (Buffer.from(payload.metadata?.encoding ?? []).toString() !== ENCODING) return payload;
  const keyId = Buffer.from(payload.metadata?.['encryption-key-id'] ?? []);
  const key = keyOf(keyring, keyId.toString());
  const data = payload.data ?? new Uint8Array();
  try {
    if (data.length < IV_BYTES + TAG_BYTES) throw new RangeError('the payload is cut off');
    const decipher = createDecipheriv(ALGORITHM, key, data.subarray(0, IV_BYTES));
    decipher.setAAD(keyId).setAuthTag(data.subarray(data.length - TAG_BYTES));
    const opened = decipher.update(data.subarray(IV_BYTES, data.length - TAG_BYTES));
    return PROTO.decode(Buffer.concat([opened, decipher.final()]));
  } catch (error) {
    throw new CodecError(`a payload sealed with key ${keyId.toString()} was changed`, { cause: error });
  }
}

function keyOf(keyring: CodecKeyring, id: string): Uint8Array {
  const key = keyring.keys.get(id);
  if (!key) throw new CodecError(`no codec key ${JSON.stringify(id)} in CAIRN_CODEC_KEYS`);
  return key;
}
