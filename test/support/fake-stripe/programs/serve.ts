import { readFile, rename, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { type Answer, type Asked, refusal } from '../answers.ts';
import { startDeliveries } from '../deliveries.ts';
import { webhookEndpoint } from '../objects.ts';
import { startFakeStripe } from '../server.ts';
import { storyNames, storyOf } from '../stories.ts';
import type { SavedWorld, World } from '../world.ts';

/*
 * The fake as a program: what `npm start` runs beside the rest where no real key is set. It delivers what happens to one endpoint,
 * signed, and keeps what it holds in a file. Besides Stripe's own addresses it has two, with the same key:
 *
 *   GET  /fake/stories                          what it can be told to let happen
 *   POST /fake/stories/<name>?account=<id>      lets it happen, and tells which events that made
 */

/** Of its twelve events, from the first to the last. */
const LIFE_S = 91;

const { FAKE_STRIPE_PORT, FAKE_STRIPE_API_KEY, FAKE_STRIPE_ENDPOINT, FAKE_STRIPE_SECRET, FAKE_STRIPE_FILE } =
  process.env;
const file = given(FAKE_STRIPE_FILE);
const endpoint = { url: given(FAKE_STRIPE_ENDPOINT), secret: given(FAKE_STRIPE_SECRET) };
const deliveries = startDeliveries(endpoint);
const saved: SavedWorld | undefined = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
const stripe = await startFakeStripe({
  port: Number(given(FAKE_STRIPE_PORT)),
  apiKey: given(FAKE_STRIPE_API_KEY),
  eventIds: `evt_${Date.now().toString(36)}`, // of this start: no id comes twice
  ...(saved && { saved }),
  also: command,
});
stripe.world.now = now();
stripe.world.put(webhookEndpoint('we_npm_start', now(), { url: endpoint.url }));
await save(stripe.world);

for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(reason, () => void end());

async function end(): Promise<void> {
  deliveries.stop();
  await stripe.close();
  process.exit();
}

async function command({ method, path }: Asked, world: World): Promise<Answer | undefined> {
  const url = new URL(path, 'http://stripe');
  const [, fake, stories, name] = url.pathname.split('/');
  if (fake !== 'fake' || stories !== 'stories') return undefined;
  if (method === 'GET' && name === undefined) return { status: 200, body: { stories: storyNames() } };
  if (method !== 'POST' || name === undefined) return undefined;
  const account = url.searchParams.get('account') ?? 'dev';
  if (!/^[\w-]{1,64}$/.test(account)) return refusal(400, 'invalid_request_error', 'account_invalid');
  // A life takes a minute and a half of the fake's time, and has just ended.
  world.now = name === 'life' ? now() - LIFE_S : now();
  const steps = storyOf(world, name, account);
  if (!steps) return refusal(404, 'invalid_request_error', 'no_such_story');
  const events: object[] = [];
  for (const step of steps) {
    const event = step();
    await save(world);
    events.push({ id: event.id, type: event.type, status: (await deliveries.send(event)) ?? null });
  }
  return { status: 200, body: { events } };
}

/** Renamed into its place: a kill leaves the old file or the new one. */
async function save(world: World): Promise<void> {
  const part = `${file}.part`;
  await writeFile(part, JSON.stringify(world.save()), { mode: 0o600 });
  await rename(part, file);
}

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

function given(value: string | undefined): string {
  if (!value) throw new Error('the fake Stripe is started by `npm start`, which tells it where it is');
  return value;
}
