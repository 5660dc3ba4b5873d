import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { openCluster } from '../cluster.ts';
import type { FaultDrill } from './fault.ts';
import { closeBooks, secondsUntilServed, startSending } from './sending.ts';

const RATE_PER_S = 10;
const EVERY_MS = 4_000;
const BACK_WITHIN_S = 5;

/** F6 */
export const postgresRestarts: FaultDrill = {
  about: 'Postgres is stopped as `pg_ctl -m immediate` does it and started again, every few seconds under load',
  expects: `nothing acknowledged is missing, no 5xx but 503, the pool is back within ${BACK_WITHIN_S} s of each start`,
  redWithout: ['durable-commit'],
  size: { of: 'uploads', full: 300, short: 90 },
  run: async ({ tree, seed, size, say }) => {
    const cluster = await openCluster(tree);
    try {
      await cluster.startApi();
      await cluster.startWorker();
      const sending = await startSending(cluster, { uploads: size, ratePerS: RATE_PER_S, seed });
      const random = createRandom(seed + 1);
      const back: number[] = [];
      const isOver = { now: false };
      const over = sending.done.then(() => {
        isOver.now = true;
      });
      while (!isOver.now) {
        await pause(EVERY_MS * (0.5 + random()));
        await cluster.postgres.stopImmediately();
        await cluster.postgres.start();
        back.push(await secondsUntilServed(cluster));
        say(`Postgres was restarted; served again after ${back.at(-1)} s`);
      }
      await over;
      const books = await closeBooks(cluster, sending);
      const others = [...sending.tries].filter(([outcome]) => /^5/.test(outcome) && outcome !== '503');
      const recoveryS = Math.max(...back);
      return {
        requests: sending.entries.length,
        struck: back.length,
        ...books,
        recoveryS,
        good: books.isGood && others.length === 0 && recoveryS < BACK_WITHIN_S,
        more: { ...books.more, tries: Object.fromEntries(sending.tries) },
      };
    } finally {
      await cluster.stop({ keepHome: false });
    }
  },
};
