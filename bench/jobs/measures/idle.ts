import { setTimeout as pause } from 'node:timers/promises';
import type { Accepted } from '../client.ts';
import type { Measuring } from '../measuring.ts';

/** Long enough for what is tidied up after a job: the next one meets an idle system. */
const REST_MS = 50;

/** One upload at a time, from sending it until `untilEnd` resolves. */
export async function endToEnd(
  { client, nextRecording }: Pick<Measuring, 'client' | 'nextRecording'>,
  uploads: number,
  untilEnd: (accepted: Accepted) => Promise<void>,
): Promise<readonly number[]> {
  const timesMs: number[] = [];
  for (let i = 0; i < uploads; i++) {
    const recording = nextRecording();
    const sentAt = performance.now();
    await untilEnd(await client.submit(recording));
    timesMs.push(performance.now() - sentAt);
    await pause(REST_MS);
  }
  return timesMs;
}
