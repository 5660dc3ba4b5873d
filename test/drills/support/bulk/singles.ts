import { setTimeout as pause } from 'node:timers/promises';
import { generateGpx } from '../../../../domain/sample/generate-gpx.ts';
import { createRandom } from '../../../../domain/sample/random.ts';
import { createLedger, type Entry } from '../ledger.ts';
import { sendUntilAnswered } from '../retrying-client.ts';

export interface Singles {
  /** Sends no further one; resolves when all are answered. */
  stop(): Promise<readonly Entry[]>;
}

/** Somebody else's uploads, one by one, at moments drawn from the seed, however the server fares; tried again as clients do. */
export function startSingles(of: { url: string; apiKey: string; ratePerS: number; seed: number }): Singles {
  const random = createRandom(of.seed);
  const client = { ...of, ledger: createLedger(), retried: new Map<string, number>() };
  const answers: Promise<Entry>[] = [];
  let goesOn = true;
  const run = async () => {
    let dueAt = performance.now();
    for (let i = 0; goesOn; i++) {
      dueAt += (-Math.log(1 - random()) / of.ratePerS) * 1_000;
      await pause(Math.max(0, dueAt - performance.now()));
      const body = generateGpx({ seed: of.seed * 7_000_003 + i, points: 400, name: `single ${i} of drill ${of.seed}` });
      answers.push(sendUntilAnswered(client, Buffer.from(body), 0));
    }
  };
  const sending = run();
  return {
    stop: async () => {
      goesOn = false;
      await sending;
      return Promise.all(answers);
    },
  };
}
