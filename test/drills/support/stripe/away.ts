import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { judgeStripe } from './judge.ts';
import type { StripeScenario } from './scenario.ts';
import { createSender, sendAtRate } from './sender.ts';
import { createTraffic, EVENTS_OF_A_LIFE } from './traffic.ts';

/**
 * Stripe is away while events come, and long after: no answers, and faults of its own. To be run where a minute is a second (the
 * edit `minutes-are-seconds`): 180 s are three hours of retries.
 */
export const away: StripeScenario = async (ground, { events, outageS, seed, say }) => {
  const { cluster, stripe } = ground;
  const random = createRandom(seed);
  const lives = Math.ceil(events / EVENTS_OF_A_LIFE);
  const traffic = createTraffic(stripe.world, { lives, random });
  const sender = createSender(cluster.url);
  await cluster.startApi();
  await cluster.startWorker();
  stripe.watch((moment) => (moment === 'arrived' ? (random() < 0.5 ? 'fail' : 'cut') : undefined));
  const awayAt = performance.now();
  await sendAtRate(sender, { next: traffic.next, ratePerS: 20, random });
  say('all are acknowledged; Stripe stays away');
  await pause(Math.max(0, awayAt + outageS * 1_000 - performance.now()));
  const { rows } = await cluster.db.query<{ dead: number; tries: number }>(
    `select (select count(*)::int from stripe_events where state = 'dead') as dead,
            (select count(*)::int from stripe_event_attempts) as tries`,
  );
  const callsAway = stripe.calls.length;
  stripe.watch(undefined);
  const backAt = performance.now();
  say('Stripe is back');
  const verdict = await judgeStripe(ground, sender, traffic.names);
  const doneS = Math.round((performance.now() - backAt) / 1_000);
  return { good: verdict.good && rows[0]?.dead === 0, figures: { ...rows[0], callsAway, doneS, ...verdict } };
};
