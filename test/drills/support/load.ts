import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { createRandom } from '../../../domain/sample/random.ts';
import type { Entry, Ledger } from './ledger.ts';

export interface LoadOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly uploads: number;
  readonly ratePerS: number;
  readonly seed: number;
  readonly ledger: Ledger;
}

export interface Load {
  /** Resolves once that many have been sent, answered or not. */
  sent(count: number): Promise<void>;
  /** All were answered, or will not be. */
  readonly done: Promise<void>;
}

/** No answer after this long is an unknown outcome. */
const PATIENCE_MS = 30_000;

/**
 * An open loop: requests leave at moments drawn from the seed (exponential gaps, as independent people make them), however
 * the server fares. So the load in an outage is that of healthy times, and times can be compared; a closed loop would send
 * fewer requests to a slower server, and would measure its own saturation.
 */
export function startLoad(options: LoadOptions): Load {
  const { uploads, seed, ratePerS, ledger } = options;
  const random = createRandom(seed);
  const bodies = Array.from({ length: uploads }, (_, i) => recording(seed, i));
  const answers: Promise<void>[] = [];
  const run = async () => {
    let dueAt = performance.now();
    for (const body of bodies) {
      dueAt += (-Math.log(1 - random()) / ratePerS) * 1000;
      await pause(Math.max(0, dueAt - performance.now()));
      answers.push(send(options, body, ledger.begin(createHash('sha256').update(body).digest('hex'))));
    }
    await Promise.all(answers);
  };
  return {
    done: run(),
    sent: async (count) => {
      while (answers.length < count) await pause(5);
    },
  };
}

/** About 14 kB, and every 25th 460 kB: distinct in every byte that counts. */
function recording(seed: number, i: number): Uint8Array<ArrayBuffer> {
  const points = i % 25 === 24 ? 4_000 : 120;
  return Uint8Array.from(generateGpx({ seed: seed * 1_000_003 + i, points, name: `outing ${i} of drill ${seed}` }));
}

async function send({ url, apiKey }: LoadOptions, body: Uint8Array<ArrayBuffer>, entry: Entry): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/gpx+xml' };
  const startedAt = performance.now();
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(`${url}/v1/uploads`, { method: 'POST', headers, body, signal });
    await answer.text();
    entry.outcome = answer.status;
  } catch {
    entry.outcome = 'unknown';
  }
  entry.ms = performance.now() - startedAt;
}
