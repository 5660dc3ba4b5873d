import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import type { Running } from '../../../../platform/embedded/processes.ts';
import type { Cluster } from '../cluster.ts';
import { killAndStart, killHard } from '../kill-hard.ts';
import { judgeStripe } from './judge.ts';
import type { StripeScenario } from './scenario.ts';
import { createSender, sendAtRate } from './sender.ts';
import { createTraffic, EVENTS_OF_A_LIFE } from './traffic.ts';

/** A little more than the worker may ask Stripe for, so that there is a backlog to be hit. */
const RATE_PER_S = 30;

/** Everything is killed (-9) in a drawn order, again and again, while events come; whoever is killed is started again. */
export const kills: StripeScenario = async (ground, { events, seed, say }) => {
  const { cluster, stripe } = ground;
  const random = createRandom(seed);
  const traffic = createTraffic(stripe.world, { lives: Math.ceil(events / EVENTS_OF_A_LIFE), random });
  const sender = createSender(cluster.url);
  const processes = { api: await cluster.startApi(), worker: await cluster.startWorker() };
  const over = new AbortController();
  const killing = killAll(cluster, processes, { random: createRandom(seed + 1), over: over.signal, say });
  await sendAtRate(sender, { next: traffic.next, ratePerS: RATE_PER_S, random });
  over.abort();
  const killed = await killing;
  say('all are acknowledged, nobody is killed any more');
  const startedAt = performance.now();
  const verdict = await judgeStripe(ground, sender, traffic.names);
  const settledS = Math.round((performance.now() - startedAt) / 100) / 10;
  return { good: verdict.good, figures: { killed, settledS, ...verdict } };
};

type Victim = 'api' | 'worker' | 'temporal' | 'postgres';
const VICTIMS: readonly Victim[] = ['api', 'worker', 'temporal', 'postgres'];

async function killAll(
  cluster: Cluster,
  processes: { api: Running; worker: Running },
  { random, over, say }: { random: () => number; over: AbortSignal; say: (what: string) => void },
): Promise<Readonly<Record<Victim, number>>> {
  const killed = { api: 0, worker: 0, temporal: 0, postgres: 0 };
  const order: Victim[] = [];
  while (!over.aborted) {
    await pause(1_000 + random() * 4_000);
    if (over.aborted) break;
    // Each comes up once before anybody does again.
    if (order.length === 0) order.push(...[...VICTIMS].sort(() => random() - 0.5));
    const victim = order.shift() ?? 'api';
    killed[victim] += 1;
    say(`kill -9 ${victim}`);
    await KILLS[victim](cluster, processes, random() * 3_000);
  }
  return killed;
}

const KILLS: Readonly<
  Record<Victim, (cluster: Cluster, processes: { api: Running; worker: Running }, awayMs: number) => Promise<void>>
> = {
  api: async (cluster, processes, awayMs) => {
    await killHard(processes.api, awayMs);
    processes.api = await cluster.startApi();
  },
  worker: async (cluster, processes, awayMs) => {
    await killHard(processes.worker, awayMs);
    processes.worker = await cluster.startWorker();
  },
  temporal: async ({ temporal }, _, awayMs) => killAndStart(temporal, awayMs),
  postgres: async ({ postgres }, _, awayMs) => killAndStart(postgres, awayMs),
};
