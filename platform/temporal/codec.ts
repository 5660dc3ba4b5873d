import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { openBytes, sealBytes } from '../sealing.ts';
import type { CodecKeyring } from './keyring.ts';

const PROTO = proto.temporal.api.common.v1.Payload;
const ENCODING = 'binary/encrypted';

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
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': keyId },
    data: sealBytes(keyOf(keyring, keyring.current), PROTO.encode(payload).finish(), keyId),
  };
}

function open(keyring: CodecKeyring, payload: Payload): Payload {
  if (Buffer.from(payload.metadata?.encoding ?? []).toString() !== ENCODING) return payload;
  const keyId = Buffer.from(payload.metadata?.['encryption-key-id'] ?? []);
  const key = keyOf(keyring, keyId.toString());
  try {
    return PROTO.decode(openBytes(key, payload.data ?? new Uint8Array(), keyId));
  } catch (error) {
    throw new CodecError(`a payload sealed with key ${keyId.toString()} was changed`, { cause: error });
  }
}

function keyOf(keyring: CodecKeyring, id: string): Uint8Array {
  const key = keyring.keys.get(id);
  if (!key) throw new CodecError(`no codec key ${JSON.stringify(id)} in CAIRN_CODEC_KEYS`);
  return key;
}
