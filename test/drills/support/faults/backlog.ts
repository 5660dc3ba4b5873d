import { createRandom } from '../../../../domain/sample/random.ts';
import { shareOf } from '../figures.ts';
import { openStripeGround } from '../stripe/ground.ts';
import { judgeStripe, openEvents } from '../stripe/judge.ts';
import { createSender, sendAtOnce } from '../stripe/sender.ts';
import { createTraffic, drawn, EVENTS_OF_A_LIFE } from '../stripe/traffic.ts';
import type { FaultDrill } from './fault.ts';
import { closeBooks, startSending } from './sending.ts';

const NEW_PER_S = 2;
const NEW_P95_S = 10;
/** A worker begins so many events a second (workers/create-workers.ts). */
const EVENTS_PER_S = 25;

/** F21 */
export const backlog: FaultDrill = {
  about: 'no worker lives while events pile up; it comes back, and new uploads come while it works them off',
  expects: `all are done, none twice; a new upload is ready within ${NEW_P95_S} s (p95) meanwhile`,
  redWithout: [],
  size: { of: 'events that wait', full: 1_200, short: 96 },
  run: async ({ tree, seed, size, say }) => {
    const ground = await openStripeGround(tree);
    const { cluster, stripe } = ground;
    try {
      const random = createRandom(seed);
      const lives = Math.ceil(size / EVENTS_OF_A_LIFE);
      const traffic = drawn(createTraffic(stripe.world, { lives, random }));
      await cluster.startApi();
      const sender = createSender(cluster.url);
      await sendAtOnce(sender, { next: traffic.next, atOnce: 8, count: lives * EVENTS_OF_A_LIFE });
      say(`${await openEvents(cluster.db)} events wait`);
      await cluster.startWorker();
      const backAt = performance.now();
      const uploads = Math.ceil((size / EVENTS_PER_S) * NEW_PER_S);
      const sending = await startSending(cluster, { uploads, ratePerS: NEW_PER_S, seed });
      await sending.done;
      const events = await judgeStripe(ground, sender, traffic.names);
      const recoveryS = Math.round((performance.now() - backAt) / 100) / 10;
      const books = await closeBooks(cluster, sending);
      const { rows } = await cluster.db.query<{ s: number }>(
        'select extract(epoch from finished_at - received_at)::float as s from uploads',
      );
      const newP95S = shareOf(
        rows.map(({ s }) => s),
        0.95,
      );
      return {
        requests: events.events + sending.entries.length,
        struck: 1,
        lost: books.lost + events.lost,
        doubled: books.doubled + events.doubled,
        ghosts: books.ghosts + events.ghosts,
        recoveryS,
        good: books.isGood && events.good && newP95S < NEW_P95_S,
        more: {
          ...books.more,
          newP95S,
          newMaxS: shareOf(
            rows.map(({ s }) => s),
            1,
          ),
        },
      };
    } finally {
      await ground.close({ keepHome: false });
    }
  },
};
