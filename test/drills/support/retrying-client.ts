import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Entry, Ledger } from './ledger.ts';

export interface RetryingClient {
  readonly url: string;
  readonly apiKey: string;
  readonly ledger: Ledger;
  /** Every try that was no answer or a 503, by what it was. */
  readonly retried: Map<string, number>;
  /** Told of every try: what came of it, and after how long. */
  readonly onTry?: (outcome: number | string, ms: number) => void;
}

/** A client gives up after this long; a restart takes a few seconds, on a busy machine 30. */
const PATIENCE_MS = 180_000;
/** Doubling, with jitter; else those who wait for a restart would keep the new process from starting. */
const PAUSES_MS = { first: 250, last: 4_000 } as const;

/**
 * Sends until it is answered: no answer, 503, and 409 (an earlier try is still running) are tried again, under one
 * Idempotency-Key, as clients are told to do. Every other answer is the last. `slowlyMs`: how long the body takes, so that a
 * stop finds it half-sent.
 */
export async function sendUntilAnswered(client: RetryingClient, body: Buffer, slowlyMs: number): Promise<Entry> {
  const entry = client.ledger.begin(createHash('sha256').update(body).digest('hex'));
  const key = randomUUID();
  const startedAt = performance.now();
  for (let pauseMs: number = PAUSES_MS.first; performance.now() - startedAt < PATIENCE_MS; ) {
    const triedAt = performance.now();
    const outcome = await attempt(client, { body, key, slowlyMs });
    client.onTry?.(outcome, performance.now() - triedAt);
    if (typeof outcome === 'number' && outcome !== 503 && outcome !== 409) {
      entry.outcome = outcome;
      break;
    }
    client.retried.set(`${outcome}`, (client.retried.get(`${outcome}`) ?? 0) + 1);
    await pause(pauseMs * (0.5 + Math.random()));
    pauseMs = Math.min(pauseMs * 2, PAUSES_MS.last);
  }
  entry.ms = performance.now() - startedAt;
  return entry;
}

const SLICES = 10;

/** The status, or the code of what happened to the connection. */
function attempt(
  { url, apiKey }: RetryingClient,
  { body, key, slowlyMs }: { body: Buffer; key: string; slowlyMs: number },
): Promise<number | string> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/gpx+xml',
    'content-length': body.length,
    'idempotency-key': key,
  };
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/uploads`, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      answer.once('close', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 'answer cut off'));
    });
    sent.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    void (async () => {
      const size = Math.ceil(body.length / SLICES);
      for (let at = 0; at < body.length && !sent.destroyed; at += size) {
        sent.write(body.subarray(at, at + size));
        await pause(slowlyMs / SLICES);
      }
      sent.end();
    })();
  });
}
