import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import type { Mishap } from '../../../support/fake-stripe/server.ts';
import type { Cluster } from '../cluster.ts';
import { openStripeGround } from '../stripe/ground.ts';
import { judgeStripe } from '../stripe/judge.ts';
import { createSender, sendAtRate } from '../stripe/sender.ts';
import { createTraffic, EVENTS_OF_A_LIFE } from '../stripe/traffic.ts';
import type { FaultDrill } from './fault.ts';
import { closeBooks, startSending } from './sending.ts';

const MISHAPS: readonly Mishap[] = ['fail', 'busy', 'hang', 'cut', 'page', 'words'];
const ILL_FOR_MS = 15_000;
const RATE_PER_S = 20;
/**
 * In that time, however many events there are: calls until five in a row have failed, which one in six (a 429) breaks off, up to eight
 * that were under way by then, and one that looks again (services/stripe-failures.ts). Ten or so; twelve times broken off is 1 in 500.
 */
const STRIPE_CALLS = 48;
/** In that time: tries after 0, 5 and 15 s, of two questions each. */
const CALLS_PER_UPLOAD = 6;
const WAY_TYPES_WITHIN_MS = 120_000;

/** F23 */
export const upstreams: FaultDrill = {
  about:
    'Stripe and Valhalla answer with 429, 500, another’s page, broken JSON, bytes that drip, hang, or hang up; then they are well',
  expects: 'every job comes to its end; no more calls than the breaker and the tries that are configured let through',
  redWithout: ['no-storm'],
  size: { of: 'events, and a tenth as many uploads', full: 240, short: 36 },
  run: async ({ tree, seed, size, say }) => {
    const random = createRandom(seed);
    const matcher = await startIllMatcher(random);
    const ground = await openStripeGround(tree, {
      CAIRN_VALHALLA_URL: matcher.url,
      CAIRN_VALHALLA_TIMEOUT_MS: '500',
    });
    const { cluster, stripe } = ground;
    try {
      const lives = Math.ceil(size / EVENTS_OF_A_LIFE);
      const traffic = createTraffic(stripe.world, { lives, random });
      await cluster.startApi();
      await cluster.startWorker();
      stripe.watch((moment) => (moment === 'arrived' ? MISHAPS[Math.floor(random() * MISHAPS.length)] : undefined));
      const uploads = await startSending(cluster, { uploads: Math.ceil(size / 10), ratePerS: 10, seed });
      const sender = createSender(cluster.url);
      const illUntil = performance.now() + ILL_FOR_MS;
      await sendAtRate(sender, { next: traffic.next, ratePerS: RATE_PER_S, random });
      await uploads.done;
      await pause(Math.max(0, illUntil - performance.now()));
      const calls = { stripe: stripe.calls.length, valhalla: matcher.calls() };
      const most = {
        stripe: STRIPE_CALLS,
        valhalla: CALLS_PER_UPLOAD * uploads.entries.length,
      };
      stripe.watch(undefined);
      matcher.heal();
      const wellAt = performance.now();
      say(`both are well again; they were called ${calls.stripe} and ${calls.valhalla} times`);
      const events = await judgeStripe(ground, sender, traffic.names);
      const books = await closeBooks(cluster, uploads);
      const withoutWays = await untilWayTypes(cluster);
      const recoveryS = Math.round((performance.now() - wellAt) / 100) / 10;
      const noStorm = calls.stripe <= most.stripe && calls.valhalla <= most.valhalla;
      return {
        requests: events.events + uploads.entries.length,
        struck: calls.stripe + calls.valhalla,
        lost: books.lost + events.lost + withoutWays,
        doubled: books.doubled + events.doubled,
        ghosts: books.ghosts + events.ghosts,
        recoveryS,
        good: books.isGood && events.good && withoutWays === 0 && noStorm,
        more: { ...books.more, calls, most, wrong: events.wrong.length, withoutWays },
      };
    } finally {
      await ground.close({ keepHome: false });
      await matcher.close();
    }
  },
};

async function untilWayTypes({ db }: Cluster): Promise<number> {
  for (const deadline = performance.now() + WAY_TYPES_WITHIN_MS; ; await pause(500)) {
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from tracks where way_types ->> 'status' is distinct from 'ready'`,
    );
    if (rows[0]?.n === 0 || performance.now() > deadline) return rows[0]?.n ?? -1;
  }
}

const NO_WAYS = JSON.stringify({ error_code: 444, error: 'No suitable edges near location' });
const MAP = JSON.stringify({ version: '3.6.2', tileset_last_modified: 1_795_000_000 });

/** Everything that a map matcher, or what stands before it, was ever seen to do. */
const ILLNESSES: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(429, { 'retry-after': '1' }).end('{}'),
  (response) => response.writeHead(500).end('{"error":"fault"}'),
  (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"edges":'),
  (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
  (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
  (response) => void response.socket?.destroy(),
  () => {},
];

async function startIllMatcher(random: () => number) {
  let calls = 0;
  let isIll = true;
  const server = createServer((request, response) => {
    calls++;
    request.resume();
    if (isIll) return ILLNESSES[Math.floor(random() * ILLNESSES.length)]?.(response);
    const status = request.url === '/status' ? 200 : 400;
    response.writeHead(status, { 'content-type': 'application/json' }).end(status === 200 ? MAP : NO_WAYS);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the matcher has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls: () => calls,
    heal: () => {
      isIll = false;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
