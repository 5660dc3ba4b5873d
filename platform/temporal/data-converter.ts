import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { encryptionCodec } from './codec.ts';
import type { CodecKeyring } from './keyring.ts';

export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/** The same for client, worker and replay: histories remember it. */
export function dataConverter(keyring: CodecKeyring): DataConverter {
  return { payloadCodecs: [encryptionCodec(keyring)], failureConverterPath: FAILURE_CONVERTER_PATH };
}
