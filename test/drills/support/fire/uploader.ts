import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { generateGpx } from '../../../../domain/sample/generate-gpx.ts';
import { createLedger, type Ledger } from '../ledger.ts';

/** People who upload: each sends until it is answered, to one replica and then to another, under one Idempotency-Key. */
export interface Uploader {
  readonly ledger: Ledger;
  /** Tries that were no last word, by what they were. */
  readonly retried: ReadonlyMap<string, number>;
  /** Resolves when it is answered, or given up. */
  send(recording: Recording): Promise<void>;
}

export interface Recording {
  readonly apiKey: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

const ANSWER_WITHIN_MS = 15_000;
const PATIENCE_MS = 300_000;
const PAUSES_MS = { first: 200, last: 3_000 } as const;
/** Away, and: the same request is still at work. Of an API that was killed in the middle of it that is said for a minute. */
const TRY_AGAIN: readonly number[] = [503, 409];

export function createUploader(nextUrl: () => string): Uploader {
  const ledger = createLedger();
  const retried = new Map<string, number>();
  return {
    ledger,
    retried,
    send: async ({ apiKey, bytes }) => {
      const entry = ledger.begin(createHash('sha256').update(bytes).digest('hex'));
      const headers = {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/gpx+xml',
        'idempotency-key': randomUUID(),
      };
      const startedAt = performance.now();
      for (let pauseMs: number = PAUSES_MS.first; performance.now() - startedAt < PATIENCE_MS; ) {
        const outcome = await attempt(`${nextUrl()}/v1/uploads`, headers, bytes);
        if (typeof outcome === 'number' && !TRY_AGAIN.includes(outcome)) {
          entry.outcome = outcome;
          break;
        }
        retried.set(`${outcome}`, (retried.get(`${outcome}`) ?? 0) + 1);
        await pause(pauseMs * (0.5 + Math.random()));
        pauseMs = Math.min(pauseMs * 2, PAUSES_MS.last);
      }
      entry.ms = performance.now() - startedAt;
    },
  };
}

async function attempt(
  url: string,
  headers: Record<string, string>,
  body: Buffer<ArrayBuffer>,
): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'time-out' : 'no answer';
  }
}

const HOUR_MS = 3_600_000;
const FIRST_MS = Date.UTC(2020, 0, 1);

/** About 5 kB, distinct in every byte that counts, and an hour after the one before: none is near another. */
export function smallRecording(seed: number, i: number): Buffer<ArrayBuffer> {
  const startedAtMs = FIRST_MS + i * HOUR_MS;
  return Buffer.from(generateGpx({ seed: seed * 1_000_003 + i, points: 40, startedAtMs, name: `outing ${i}` }));
}

/** Over 8 MB inflated, so that its step is a remote one, with a heart-beat, on the queue of large files. */
export function largeRecording(seed: number, i: number): Buffer<ArrayBuffer> {
  const startedAtMs = FIRST_MS - (i + 1) * 100 * HOUR_MS;
  return Buffer.from(generateGpx({ seed: seed * 1_000_003 - i - 1, points: 75_000, startedAtMs, name: `long ${i}` }));
}
