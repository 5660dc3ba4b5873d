import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { shareOf } from '../figures.ts';
import { createSender } from '../stripe/sender.ts';
import { createTraffic, EVENTS_OF_A_LIFE } from '../stripe/traffic.ts';
import type { FireGround } from './ground.ts';
import { judgeFire } from './judge.ts';
import type { FireScenario } from './scenario.ts';
import { createUploader, largeRecording, smallRecording } from './uploader.ts';

/** From when whoever was killed is well again, until everything that was in flight is done. */
const RECOVERED_WITHIN_S = 10;

const VICTIMS = ['worker-1', 'temporal', 'postgres'] as const;
/** An event's step lasts so long, so that it is hit. */
const STRIPE_ANSWERS_AFTER_MS = 300;
/** From the sending to the kill, early ones more often: in and between all steps, of the small recording's as of the large one's. */
const KILL_WITHIN_MS = 2_500;
const AWAY_AT_MOST_MS = 3_000;

/** One of each kind of work in flight, somebody is killed, comes back, and everything is to be done soon after. */
export const recovery: FireScenario = async (ground, { rounds, seed, say }) => {
  const random = createRandom(seed);
  const { topology, stripe } = ground;
  const [url = ''] = topology.apis;
  const [uploader, sender] = [createUploader(() => url), createSender(url)];
  const lives = Math.ceil((rounds * VICTIMS.length) / EVENTS_OF_A_LIFE);
  const traffic = createTraffic(stripe.world, { lives, random });
  stripe.watch(async (moment) => {
    if (moment === 'executed') await pause(STRIPE_ANSWERS_AFTER_MS);
    return undefined;
  });
  const samples: Sample[] = [];
  for (let at = 0; at < rounds * VICTIMS.length; at++) {
    const victim = VICTIMS[at % VICTIMS.length] ?? 'worker-1';
    const apiKey = ground.apiKeys[at % ground.apiKeys.length] ?? '';
    const [small, large] = [smallRecording(seed, at), largeRecording(seed, at)];
    const event = traffic.next();
    const sending = [small, large].map((bytes) => uploader.send({ apiKey, bytes }));
    if (event) sending.push(sender.deliver(event));
    const work = { small: sha256(small), large: sha256(large), event: event?.id ?? '' };
    await pause(random() * random() * KILL_WITHIN_MS);
    const openAtKill = await openOf(ground, work);
    const container = topology.container(victim);
    await container.kill();
    await pause(random() * AWAY_AT_MOST_MS);
    await container.start();
    const doneS = await doneAfterS(ground, work);
    await Promise.all(sending);
    samples.push(...Object.entries(doneS).map(([kind, s]) => ({ victim, kind, s, wasOpen: openAtKill.has(kind) })));
    say(`${victim}: open at the kill ${[...openAtKill].join(', ') || 'nothing'}; done after ${JSON.stringify(doneS)}`);
  }
  for (const rest of remaining(traffic.next)) await sender.deliver(rest);
  stripe.watch(undefined);
  const verdict = await judgeFire(ground, uploader, sender, traffic.names);
  const worstS = Math.max(...samples.map(({ s }) => s));
  return {
    good: verdict.good && worstS <= RECOVERED_WITHIN_S,
    figures: { recoveryS: table(samples), worstS, ...verdict },
  };
};

interface Sample {
  readonly victim: string;
  readonly kind: string;
  readonly s: number;
  readonly wasOpen: boolean;
}

interface Work {
  readonly small: string;
  readonly large: string;
  readonly event: string;
}

async function openOf({ topology }: FireGround, work: Work): Promise<ReadonlySet<string>> {
  const { rows } = await topology.db.query<{ kind: string }>(
    `select case content_sha256 when $1 then 'small' else 'large' end as kind from uploads
      where content_sha256 in ($1, $2) and finished_at is null
     union all select 'event' from stripe_events where id = $3 and state in ('received', 'processing')`,
    [work.small, work.large, work.event],
  );
  return new Set(rows.map(({ kind }) => kind));
}

const LOST_AFTER_S = 120;

/** Of each kind of work. */
async function doneAfterS(ground: FireGround, work: Work): Promise<Readonly<Record<string, number>>> {
  const startedAt = performance.now();
  const done = new Map<string, number>();
  while (done.size < Object.keys(work).length) {
    const passedS = Math.round((performance.now() - startedAt) / 10) / 100;
    const open = await openOf(ground, work).catch(() => new Set(Object.keys(work)));
    for (const kind of Object.keys(work)) if (!open.has(kind) && !done.has(kind)) done.set(kind, passedS);
    if (passedS > LOST_AFTER_S) throw new Error(`still open after ${LOST_AFTER_S} s: ${[...open].join(', ')}`);
    await pause(25);
  }
  return Object.fromEntries(done);
}

/** Only of what was accepted and open: what was done before says nothing. */
function table(samples: readonly Sample[]) {
  const hit = samples.filter(({ wasOpen }) => wasOpen);
  const kinds = [...new Set(hit.map(({ victim, kind }) => `${victim} ${kind}`))].sort();
  return Object.fromEntries(
    kinds.map((name) => {
      const s = hit.filter(({ victim, kind }) => `${victim} ${kind}` === name).map((one) => one.s);
      return [name, { n: s.length, p50: shareOf(s, 0.5), p90: shareOf(s, 0.9), max: shareOf(s, 1) }];
    }),
  );
}

function* remaining<Item>(next: () => Item | undefined): Generator<Item> {
  for (let item = next(); item; item = next()) yield item;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
