import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { refuseLargeBytes } from '../../contracts/payloads.ts';
import { encryptionCodec } from './codec.ts';
import type { CodecKeyring } from './keyring.ts';

export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/** The same for client, worker and replay: histories remember it. */
export function dataConverter(keyring: CodecKeyring): DataConverter {
  return { payloadCodecs: [refusingLarge(encryptionCodec(keyring))], failureConverterPath: FAILURE_CONVERTER_PATH };
}

/**
 * What leaves a client or a step passes here: inputs, results, signals, memos. Inside a workflow a throw from here would be
 * tried again for ever, so workflows/refuse-large.ts has looked before.
 */
function refusingLarge(codec: PayloadCodec): PayloadCodec {
  return {
    encode: async (payloads) => {
      for (const { data } of payloads) refuseLargeBytes(data?.length ?? 0, 'what is handed to Temporal');
      return codec.encode(payloads);
    },
    decode: (payloads) => codec.decode(payloads),
  };
}
