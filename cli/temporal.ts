import type { Client } from '@temporalio/client';
import { environment } from '../platform/environment.ts';
import { temporalClient } from '../platform/temporal/client.ts';
import { type CodecKeyring, parseCodecKeys } from '../platform/temporal/keyring.ts';
import { readDevHome, temporalAddress, UsageError } from './settings.ts';

/** For one answer of a server that lives; without one a command would wait for a dead one for minutes. */
const CONNECT_MS = 5_000;
/** For all that a command asks of a busy one. */
const DEADLINE_MS = 30_000;

/** Runs `work` with a client of the environment's Temporal, else of a running `npm start`. */
export async function withTemporal<Result>(
  work: (temporal: { client: Client; codecKeys: CodecKeyring }) => Promise<Result>,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<Result> {
  const codecKeys = await codecKeysHere();
  const client = temporalClient({ ...(await temporalAddress()), codecKeys });
  try {
    await client.withDeadline(Date.now() + CONNECT_MS, () => client.workflowService.getSystemInfo({}));
    return await client.withDeadline(Date.now() + deadlineMs, () => work({ client, codecKeys }));
  } finally {
    await client.connection.close();
  }
}

/** Of the environment, else of a running `npm start`. */
export async function codecKeysHere(): Promise<CodecKeyring> {
  const text = environment().CAIRN_CODEC_KEYS || (await readDevHome()).codecKeys;
  try {
    return parseCodecKeys(text);
  } catch (error) {
    throw new UsageError(`CAIRN_CODEC_KEYS ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}
