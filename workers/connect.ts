import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { Log } from '../platform/log.ts';

const RETRY_EVERY_MS = 1_000;

/** Waits until Temporal is there: a worker that starts first, or during an outage, is no error. */
export async function connectPatiently(address: string, log: Log): Promise<NativeConnection> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (attempt % 10 === 1) log.warn({ err: error, address, attempt }, 'temporal away');
      await pause(RETRY_EVERY_MS);
    }
  }
}
