import { setTimeout as pause } from 'node:timers/promises';
import { signed } from '../../../support/fake-stripe/deliver.ts';
import type { FakeEvent } from '../../../support/fake-stripe/world.ts';

export interface Sent {
  readonly eventId: string;
  readonly sentAtMs: number;
  /** Of the delivery that was acknowledged; undefined when none was. */
  ackMs: number | undefined;
}

export interface Sender {
  readonly sent: readonly Sent[];
  /** How often each answer was had; words are of connections. */
  readonly answers: ReadonlyMap<string, number>;
  /** Once, and again until it is acknowledged, as Stripe does, only sooner; signed anew each time. */
  deliver(event: FakeEvent): Promise<void>;
}

const ANSWER_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const PAUSE_AT_MOST_MS = 4_000;
/** A drill that takes longer has other troubles. */
const PATIENCE_MS = 600_000;

/** `url`: of the API, or who tells the replica that gets the next try. */
export function createSender(url: string | (() => string)): Sender {
  const sent: Sent[] = [];
  const answers = new Map<string, number>();
  return {
    sent,
    answers,
    deliver: async (event) => {
      const entry: Sent = { eventId: event.id, sentAtMs: performance.now(), ackMs: undefined };
      sent.push(entry);
      for (let pauseMs = FIRST_PAUSE_MS; performance.now() - entry.sentAtMs < PATIENCE_MS; ) {
        const startedAt = performance.now();
        const at = typeof url === 'string' ? url : url();
        const answer = await attempt(`${at}/v1/webhooks/stripe`, event);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        if (answer === '200') {
          entry.ackMs = performance.now() - startedAt;
          return;
        }
        await pause(pauseMs * (0.5 + Math.random()));
        pauseMs = Math.min(pauseMs * 2, PAUSE_AT_MOST_MS);
      }
    },
  };
}

async function attempt(url: string, event: FakeEvent): Promise<string> {
  const { headers, body } = signed(event);
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(body), signal });
    await answer.arrayBuffer();
    return String(answer.status);
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'time-out' : 'no answer';
  }
}

/** An open loop: they leave at moments drawn from the seed, however the server fares. Resolves when all are answered. */
export async function sendAtRate(
  sender: Sender,
  { next, ratePerS, random }: { next: () => FakeEvent | undefined; ratePerS: number; random: () => number },
): Promise<void> {
  const running: Promise<void>[] = [];
  let dueAt = performance.now();
  for (let event = next(); event; event = next()) {
    dueAt += (-Math.log(1 - random()) / ratePerS) * 1_000;
    await pause(Math.max(0, dueAt - performance.now()));
    running.push(sender.deliver(event));
    if (random() < REPEATED_SHARE) running.push(sender.deliver(event));
  }
  await Promise.all(running);
}

/** Stripe says itself that it delivers some twice. */
const REPEATED_SHARE = 0.1;

/** A closed loop of so many at once. */
export async function sendAtOnce(
  sender: Sender,
  { next, atOnce, count }: { next: () => FakeEvent | undefined; atOnce: number; count: number },
): Promise<void> {
  let left = count;
  const one = async () => {
    while (left-- > 0) {
      const event = next();
      if (!event) throw new Error('there is not enough traffic');
      await sender.deliver(event);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
