import { setTimeout as pause } from 'node:timers/promises';
import { type Bursts, burstTimes } from '../burst-times.ts';
import type { Measuring } from '../measuring.ts';

export interface Burst {
  /** From the moment that each was due. */
  readonly ackMs: readonly number[];
  readonly endMs: readonly number[];
}

/**
 * An open loop: uploads leave when they are due, however the system fares, and times count from then. A system that is slow is
 * not sent less, and what waits behind a slow answer is not left out.
 */
export async function bursts(
  { client, nextRecording, finishes }: Pick<Measuring, 'client' | 'nextRecording' | 'finishes'>,
  load: Bursts,
): Promise<Burst> {
  const [ackMs, endMs]: [number[], number[]] = [[], []];
  const send = async (dueAt: number) => {
    const { id } = await client.submit(nextRecording());
    ackMs.push(performance.now() - dueAt);
    await finishes.untilReady(id);
    endMs.push(performance.now() - dueAt);
  };
  const beganAt = performance.now();
  const sent: Promise<void>[] = [];
  for (const time of burstTimes(load)) {
    const early = beganAt + time - performance.now();
    if (early > 0) await pause(early);
    const sending = send(beganAt + time);
    sending.catch(() => {}); // heard below, when all are sent
    sent.push(sending);
  }
  await Promise.all(sent);
  return { ackMs, endMs };
}
