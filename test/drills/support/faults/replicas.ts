import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { signed } from '../../../support/fake-stripe/deliver.ts';
import { lifeOf } from '../../../support/fake-stripe/life.ts';
import { watchEffects } from '../effects.ts';
import { createLedger } from '../ledger.ts';
import { openStripeGround } from '../stripe/ground.ts';
import { openEvents } from '../stripe/judge.ts';
import type { FaultDrill } from './fault.ts';
import { closeBooks, recording } from './sending.ts';

const PARALLEL = 50;

/** F16 */
export const replicas: FaultDrill = {
  about: `two API replicas get the same upload under the same key, and the same event, ${PARALLEL} at once`,
  expects: 'one row, one workflow, one effect; the same answer to all; another body under the key is 422',
  redWithout: ['one-holder'],
  size: { of: 'keys, and as many events', full: 200, short: 6 },
  run: async ({ tree, seed, size, say }) => {
    const ground = await openStripeGround(tree);
    const { cluster, stripe } = ground;
    try {
      await cluster.startApi();
      const urls = [cluster.url, (await cluster.startReplica()).url];
      await cluster.startWorker();
      await watchEffects(cluster.db);
      const ledger = createLedger();
      const random = createRandom(seed);
      const urlNow = () => urls[Math.floor(random() * urls.length)] ?? cluster.url;
      let different = 0;
      for (let i = 0; i < size; i++) {
        const body = recording(seed, i);
        const entry = ledger.begin(createHash('sha256').update(body).digest('hex'));
        const key = randomUUID();
        const answers = await Promise.all(many(() => upload(urlNow(), cluster.apiKey, key, body)));
        entry.outcome = answers[0]?.status ?? 'unknown';
        if (new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size !== 1) different++;
        const other = await upload(urlNow(), cluster.apiKey, key, recording(seed, 100_000 + i));
        if (other.status !== 422) different++;
      }
      say(`${size} keys are answered`);
      for (let i = 0; i < size; i++) {
        const [happen] = lifeOf(stripe.world, `twin${i}`);
        const event = happen?.();
        if (!event) throw new Error('a life without an event');
        const statuses = await Promise.all(many(() => deliver(urlNow(), event)));
        if (statuses.some((status) => status !== 200)) different++;
      }
      while ((await openEvents(cluster.db)) > 0) await pause(200);
      const books = await closeBooks(cluster, ledger);
      const ends = await cluster.db.query<{ n: number }>(
        'select count(*)::int as n from drill_ends group by event_id, run',
      );
      const doubledEvents = ends.rows.filter(({ n }) => n > 1).length;
      const lostEvents = size - ends.rows.length;
      return {
        requests: 2 * size * PARALLEL + size,
        struck: 2 * size,
        lost: books.lost + lostEvents,
        doubled: books.doubled + doubledEvents,
        ghosts: books.ghosts,
        recoveryS: 0,
        good: books.isGood && different + doubledEvents + lostEvents === 0,
        more: { ...books.more, differentAnswers: different },
      };
    } finally {
      await ground.close({ keepHome: false });
    }
  },
};

function many<Result>(work: () => Promise<Result>): readonly Promise<Result>[] {
  return Array.from({ length: PARALLEL }, work);
}

async function upload(url: string, apiKey: string, key: string, body: Buffer) {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/gpx+xml',
    'idempotency-key': key,
  };
  const answer = await fetch(`${url}/v1/uploads`, { method: 'POST', headers, body: Uint8Array.from(body) });
  return { status: answer.status, text: await answer.text() };
}

async function deliver(url: string, event: Parameters<typeof signed>[0]): Promise<number> {
  const { headers, body } = signed(event);
  const answer = await fetch(`${url}/v1/webhooks/stripe`, { method: 'POST', headers, body: Uint8Array.from(body) });
  await answer.arrayBuffer();
  return answer.status;
}
