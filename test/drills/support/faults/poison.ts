import { setTimeout as pause } from 'node:timers/promises';
import { createKey } from '../../../../cli/keys.ts';
import { generateGpx } from '../../../../domain/sample/generate-gpx.ts';
import { lifeOf } from '../../../support/fake-stripe/life.ts';
import type { Cluster } from '../cluster.ts';
import { watchEffects } from '../effects.ts';
import { shareOf } from '../figures.ts';
import { openStripeGround, type StripeGround } from '../stripe/ground.ts';
import { createSender, type Sender, sendAtRate } from '../stripe/sender.ts';
import type { FaultDrill } from './fault.ts';

/** Every so many is poison: writing what it is about always throws. */
const POISON_EVERY = 10;
const RATE_PER_S = 8;
/** Processes that have just started kept everybody waiting for 1 to 2 s in their first 6 s, which is no fault of the poison's. */
const WARM_UP_EVENTS = 60;
const PATIENCE_MS = 120_000;
const OTHERS_P95_MS = 1_000;

/** F18 */
export const poison: FaultDrill = {
  about: 'every tenth event and recording is poison: a trigger in the database throws whenever its object is written',
  expects:
    'as many dead letters as poison, each with a reason; the others, events and recordings, p95 below 1 s; after the repair one replay does each once',
  redWithout: ['bugs-end'],
  hurries: ['minutes-are-seconds'],
  size: { of: 'events, and a fifth as many recordings', full: 200, short: 40 },
  run: async ({ tree, seed, size, say }) => {
    const ground = await openStripeGround(tree);
    const { cluster } = ground;
    const { db } = cluster;
    try {
      await watchEffects(db);
      await db.query(POISON);
      await cluster.startApi();
      await cluster.startWorker();
      const sender = createSender(cluster.url);
      await send(ground, sender, namesOf('warm', WARM_UP_EVENTS), seed * 100_000 + 50_000);
      const aloneAt = await momentOf(cluster);
      await send(ground, sender, namesOf('alone', size), seed * 100_000 + 20_000);
      await untilNothingIsOpen(cluster);
      const alone = await timesOfSound(cluster, aloneAt);
      const poisonAt = await momentOf(cluster);
      const names = Array.from({ length: size }, (_, i) => (i % POISON_EVERY === 0 ? `poison${i}` : `sound${i}`));
      const statuses = await send(ground, sender, names, seed * 100_000);
      await untilNothingIsOpen(cluster);
      const dead = await deadLetters(cluster);
      say(`${dead.events} events and ${dead.uploads} uploads are dead letters`);
      const poisonEvents = names.filter(isPoison).length;
      const poisonUploads = names.filter((name, i) => hasRecording(i) && isPoison(name)).length;
      const others = await timesOfSound(cluster, poisonAt);
      await db.query('drop trigger poison on stripe_customers; drop trigger poison on tracks');
      await replayAll(cluster);
      await untilNothingIsOpen(cluster);
      const after = await deadLetters(cluster);
      const doubled = await doubledEffects(cluster);
      const isCounted = dead.events === poisonEvents && dead.uploads === poisonUploads;
      const counted = isCounted && dead.open + dead.withoutReason === 0;
      const othersP95Ms = shareOf(others, 0.95);
      const lost = after.events + after.uploads + after.open + statuses.filter((status) => status !== 202).length;
      return {
        requests: names.length + statuses.length,
        struck: poisonEvents + poisonUploads,
        lost,
        doubled,
        ghosts: 0,
        recoveryS: 0,
        good: counted && lost + doubled === 0 && othersP95Ms < OTHERS_P95_MS,
        more: { dead, aloneP95Ms: shareOf(alone, 0.95), othersP95Ms, othersMaxMs: shareOf(others, 1) },
      };
    } finally {
      await ground.close({ keepHome: false });
    }
  },
};

const POISON = `
  create function poison() returns trigger language plpgsql as $$
    begin
      if to_jsonb(new)::text like '%poison%' then raise exception 'it always throws'; end if;
      return new;
    end $$;
  create trigger poison before insert or update on stripe_customers for each row execute function poison();
  create trigger poison before insert or update on tracks for each row execute function poison();
`;

/** Events at a rate, and with every fifth or so a recording of the same name. What became of those. */
async function send(
  { cluster, stripe }: StripeGround,
  sender: Sender,
  names: readonly string[],
  seed: number,
): Promise<readonly number[]> {
  const uploads: Promise<number>[] = [];
  let i = 0;
  const next = () => {
    const name = names[i];
    if (name === undefined) return undefined;
    if (hasRecording(i)) uploads.push(upload(cluster, recordingNamed(name, seed + i)));
    i++;
    return lifeOf(stripe.world, name)[0]?.();
  };
  await sendAtRate(sender, { next, ratePerS: RATE_PER_S, random: () => 0.5 });
  return Promise.all(uploads);
}

function hasRecording(i: number): boolean {
  return i % 10 < 2;
}

function namesOf(word: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${word}${i}`);
}

async function momentOf({ db }: Cluster): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]?.now ?? new Date();
}

function isPoison(name: string): boolean {
  return name.startsWith('poison');
}

function recordingNamed(name: string, seed: number): Buffer {
  return Buffer.from(generateGpx({ seed, points: 120, name }));
}

async function upload({ url, apiKey }: Cluster, body: Buffer): Promise<number> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/gpx+xml' };
  const answer = await fetch(`${url}/v1/uploads`, { method: 'POST', headers, body: Uint8Array.from(body) });
  await answer.arrayBuffer();
  return answer.status;
}

async function untilNothingIsOpen({ db }: Cluster): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await pause(300)) {
    const { rows } = await db.query<{ open: number }>(
      `select (select count(*) from stripe_events where state in ('received', 'processing'))::int
            + (select count(*) from uploads where finished_at is null)::int as open`,
    );
    if (rows[0]?.open === 0) return;
  }
}

/** `open`: neither done nor given up, though nobody shall try without end. */
async function deadLetters({ db }: Cluster) {
  const { rows } = await db.query<{ events: number; uploads: number; open: number; withoutReason: number }>(
    `select (select count(*) from stripe_events where state = 'dead')::int as events,
            (select count(*) from uploads where state = 'failed')::int as uploads,
            (select count(*) from stripe_events where state not in ('processed', 'dead'))::int
              + (select count(*) from uploads where state not in ('ready', 'failed'))::int as open,
            (select count(*) from stripe_events where state = 'dead' and reason is null)::int
              + (select count(*) from uploads where state = 'failed' and failure is null)::int as "withoutReason"`,
  );
  return rows[0] ?? { events: -1, uploads: -1, open: -1, withoutReason: -1 };
}

/** Of events and recordings, from their acceptance to their end. */
async function timesOfSound({ db }: Cluster, since: Date): Promise<readonly number[]> {
  const { rows } = await db.query<{ ms: number }>(
    `select extract(epoch from ended_at - received_at)::float * 1000 as ms
       from stripe_events where state = 'processed' and received_at > $1
     union all
     select extract(epoch from finished_at - received_at)::float * 1000 from uploads where state = 'ready' and received_at > $1`,
    [since],
  );
  return rows.map(({ ms }) => ms);
}

/** One order each, as an operator gives it after a repair. */
async function replayAll(cluster: Cluster): Promise<void> {
  const { key } = await createKey(cluster.db, { kind: 'operator', name: 'drill' });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  for (const [path, filter] of [
    ['/v1/ops/stripe-replays', { state: 'dead' }],
    ['/v1/ops/redrives', { code: 'processing/failed' }],
  ] as const) {
    const body = JSON.stringify({ filter, dryRun: false, ratePerMinute: 600, reason: 'what was poison is repaired' });
    const answer = await fetch(cluster.url + path, { method: 'POST', headers, body });
    if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** Ends of one run of an event, and writes of one track, beyond one. */
async function doubledEffects({ db }: Cluster): Promise<number> {
  const { rows } = await db.query<{ doubled: number }>(
    `select (select count(*) from (select from drill_ends group by event_id, run having count(*) > 1) e)::int
          + (select count(*) from (select from drill_effects where effect = 'track' group by upload_id having count(*) > 1) t)::int
         as doubled`,
  );
  return rows[0]?.doubled ?? -1;
}
