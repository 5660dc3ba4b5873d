import type { Payload } from '@temporalio/common';
import { encryptionCodec, sealedWith } from './codec.ts';
import type { CodecKeyring } from './keyring.ts';

/** A payload as JSON: every byte string in base64. */
export interface PayloadJson {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** Opens payloads; throws `CodecError` when a key is unknown or the bytes were changed. */
export async function decodeForUi(keyring: CodecKeyring, payloads: readonly PayloadJson[]): Promise<PayloadJson[]> {
  return (await encryptionCodec(keyring).decode(payloads.map(fromJson))).map(toJson);
}

export async function encodeForUi(keyring: CodecKeyring, payloads: readonly PayloadJson[]): Promise<PayloadJson[]> {
  return (await encryptionCodec(keyring).encode(payloads.map(fromJson))).map(toJson);
}

export function isSealedJson(payload: PayloadJson): boolean {
  return sealedWith(fromJson(payload)) !== undefined;
}

function fromJson(json: PayloadJson): Payload {
  const metadata = Object.entries(json.metadata ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
  return { metadata: Object.fromEntries(metadata), data: Buffer.from(json.data ?? '', 'base64') };
}

function toJson(payload: Payload): PayloadJson {
  const metadata = Object.entries(payload.metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)]);
  return { metadata: Object.fromEntries(metadata), data: base64(payload.data ?? new Uint8Array()) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
