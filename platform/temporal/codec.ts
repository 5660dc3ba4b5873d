import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { openBytes, sealBytes } from '../sealing.ts';
import type { CodecKeyring } from './keyring.ts';

const PROTO = proto.temporal.api.common.v1.Payload;
const ENCODING = 'binary/encrypted';

/** A payload that cannot be opened. Never retried into success; where a key is missing, bringing it back is the cure. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: 'codec/unknown-key' | 'codec/changed';
  readonly keyId: string;

  constructor(code: CodecError['code'], keyId: string, options?: ErrorOptions) {
    const id = JSON.stringify(keyId.slice(0, KEY_ID_SHOWN));
    const missing = `There is no codec key ${id} in CAIRN_CODEC_KEYS`;
    super(code === 'codec/unknown-key' ? missing : `A payload sealed with codec key ${id} was changed`, options);
    this.code = code;
    this.keyId = keyId;
  }
}

/** Ids of keys are 40 characters at most; what stands in a payload from elsewhere may be anything. */
const KEY_ID_SHOWN = 40;

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

/** The id of the key that a payload is sealed with; undefined: it is none, or not sealed. */
export function sealedWith(payload: Payload): string | undefined {
  if (Buffer.from(payload.metadata?.encoding ?? []).toString() !== ENCODING) return undefined;
  return Buffer.from(payload.metadata?.['encryption-key-id'] ?? []).toString();
}

function seal(keyring: CodecKeyring, payload: Payload): Payload {
  const keyId = Buffer.from(keyring.current);
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': keyId },
    data: sealBytes(keyOf(keyring, keyring.current), PROTO.encode(payload).finish(), keyId),
  };
}

function open(keyring: CodecKeyring, payload: Payload): Payload {
  const keyId = sealedWith(payload);
  if (keyId === undefined) return payload;
  const key = keyOf(keyring, keyId);
  try {
    const context = payload.metadata?.['encryption-key-id'] ?? new Uint8Array();
    return PROTO.decode(openBytes(key, payload.data ?? new Uint8Array(), context));
  } catch (error) {
    throw new CodecError('codec/changed', keyId, { cause: error });
  }
}

function keyOf(keyring: CodecKeyring, id: string): Uint8Array {
  const key = keyring.keys.get(id);
  if (!key) throw new CodecError('codec/unknown-key', id);
  return key;
}
