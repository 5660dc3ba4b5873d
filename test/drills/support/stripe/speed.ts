import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { shareOf } from '../figures.ts';
import type { StripeGround } from './ground.ts';
import { judgeStripe, openEvents } from './judge.ts';
import type { StripeScenario } from './scenario.ts';
import { createSender, type Sender, sendAtOnce, sendAtRate } from './sender.ts';
import { createTraffic, drawn, EVENTS_OF_A_LIFE, type Traffic } from './traffic.ts';

const AT_ONCE = 16;
const ROUNDS = 4;
const STEADY_PER_S = 10;

/**
 * How long an acknowledgement takes with Temporal there and away, in turns, so that whatever else the machine does is in both; and
 * how long an event takes to be done at a steady rate.
 */
export const ack: StripeScenario = async (ground, { events, seed, say }) => {
  const { cluster, stripe } = ground;
  const random = createRandom(seed);
  const lives = Math.ceil((events + 800) / EVENTS_OF_A_LIFE);
  const traffic = drawn(createTraffic(stripe.world, { lives, random }));
  await cluster.startApi();
  await cluster.startWorker();
  const warming = createSender(cluster.url);
  await sendAtOnce(warming, { next: traffic.next, atOnce: AT_ONCE, count: 200 });
  await drained(ground);
  const [up, away] = [createSender(cluster.url), createSender(cluster.url)];
  const perRound = Math.floor(events / ROUNDS / 2);
  for (let round = 0; round < ROUNDS; round++) {
    await sendAtOnce(up, { next: traffic.next, atOnce: AT_ONCE, count: perRound });
    say(`round ${round + 1}: ${perRound} with Temporal`);
    await drained(ground);
    await cluster.temporal.kill();
    await pause(3_000); // until the API has noticed
    await sendAtOnce(away, { next: traffic.next, atOnce: AT_ONCE, count: perRound });
    say(`round ${round + 1}: ${perRound} without`);
    await cluster.temporal.start();
    await drained(ground);
  }
  const steady = await steadily(ground, traffic, random);
  const all: Sender = { ...up, sent: [warming, up, away].flatMap(({ sent }) => sent) };
  const verdict = await judgeStripe(ground, { ...all, sent: [...all.sent, ...steady.sent] }, []);
  const figures = {
    ackUpMs: times(up),
    ackAwayMs: times(away),
    awayToUpP99: Math.round((times(away).p99 / times(up).p99) * 100) / 100,
    receivedToProcessedMs: steady.figures,
    ...verdict,
  };
  return { good: verdict.good, figures };
};

function times(sender: Sender): { readonly p50: number; readonly p99: number; readonly count: number } {
  const ms = sender.sent.flatMap(({ ackMs }) => (ackMs === undefined ? [] : [ackMs]));
  return { p50: shareOf(ms, 0.5), p99: shareOf(ms, 0.99), count: ms.length };
}

async function steadily({ cluster }: StripeGround, traffic: Traffic, random: () => number) {
  const sender = createSender(cluster.url);
  let left = 600;
  const next = () => (left-- > 0 ? traffic.next() : undefined);
  await sendAtRate(sender, { next, ratePerS: STEADY_PER_S, random });
  const ids = sender.sent.map(({ eventId }) => eventId);
  for (let open = 1; open > 0; await pause(200)) open = await openEvents(cluster.db);
  const { rows } = await cluster.db.query<{ ms: number }>(
    `select extract(epoch from ended_at - received_at)::float * 1000 as ms from stripe_events where id = any($1)`,
    [ids],
  );
  const ms = rows.map((row) => row.ms);
  return { sent: sender.sent, figures: { perS: STEADY_PER_S, p50: shareOf(ms, 0.5), p99: shareOf(ms, 0.99) } };
}

async function drained({ cluster }: StripeGround): Promise<void> {
  for (let open = 1; open > 0; await pause(500)) open = await openEvents(cluster.db);
  await pause(3_000);
}

/** Temporal is away while so many events come; how long it takes to do them once it is back. */
export const backlog: StripeScenario = async (ground, { events, outageS, seed, say }) => {
  const { cluster, stripe } = ground;
  const random = createRandom(seed);
  const lives = Math.ceil(events / EVENTS_OF_A_LIFE);
  const traffic = drawn(createTraffic(stripe.world, { lives, random }));
  const sender = createSender(cluster.url);
  await cluster.startApi();
  await cluster.startWorker();
  const startedAt = performance.now();
  await cluster.temporal.kill();
  await sendAtOnce(sender, { next: traffic.next, atOnce: AT_ONCE, count: lives * EVENTS_OF_A_LIFE });
  const acceptedS = (performance.now() - startedAt) / 1_000;
  say(`${sender.sent.length} accepted without Temporal`);
  await pause(Math.max(0, outageS - acceptedS) * 1_000);
  await cluster.temporal.start();
  const backAt = performance.now();
  say('Temporal is back');
  const verdict = await judgeStripe(ground, sender, traffic.names);
  const drainedS = Math.round((performance.now() - backAt) / 1_000);
  return { good: verdict.good, figures: { ackAwayMs: times(sender), drainedS, ...verdict } };
};
