import { createServer, request as httpRequest } from 'node:http';
import Stripe from 'stripe';
import { beforeAll, expect, test } from 'vitest';
import { createStripe } from '../../services/stripe.ts';
import { webhookEndpointsOf } from '../../services/stripe-endpoints.ts';
import { findStripeMock, startStripeMock } from '../support/stripe-mock.ts';

/*
 * Every call of services/stripe.ts, made to Stripe's own mock: it refuses paths and parameters that Stripe's API does not have. What it
 * answers is of no interest (it keeps no state); what it was asked, and that it did not refuse, is.
 */

const mock = await findStripeMock();
const apiKey = 'sk_test_forTheMock';
const asked: { readonly what: string; readonly status: number }[] = [];
let address = { host: '127.0.0.1', port: 0, protocol: 'http' as const };

beforeAll(async () => {
  if (!mock) return undefined;
  const { port, stop } = await startStripeMock(mock);
  const between = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const passed = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      asked.push({ what: `${method} ${path}`, status: answer.statusCode ?? 0 });
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => between.once('listening', listening));
  const here = between.address();
  if (here === null || typeof here === 'string') throw new Error('not listening on a port');
  address = { ...address, port: here.port };
  return async () => {
    between.closeAllConnections();
    between.close();
    await stop();
  };
});

/** What calls are made with; what is not here takes an id if it fetches one, and nothing if it lists. */
const GIVEN: Readonly<Record<string, readonly unknown[]>> = {
  deactivatePromotionCode: ['promo_1', 'key-of-the-test'],
  'lists.events': [
    {
      from: new Date(1_790_000_000_000),
      until: new Date(1_790_003_600_000),
      types: ['invoice.paid'],
      undelivered: true,
    },
  ],
};
type Call = (...given: readonly unknown[]) => unknown;

/** Every function of the API, by its path, whatever is added to it. */
function callsOf(api: object, prefix = ''): readonly (readonly [string, Call])[] {
  return Object.entries(api).flatMap(([name, member]) => {
    if (typeof member === 'function') return [[prefix + name, (...given) => member(...given)] as const];
    return typeof member === 'object' && member !== null ? callsOf(member, `${prefix}${name}.`) : [];
  });
}

async function carryOut(name: string, call: Call): Promise<void> {
  const result = call(...(GIVEN[name] ?? (name.startsWith('fetch.') ? ['id_1'] : [])));
  if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
    for await (const _ of Object(result)) break;
  } else await result;
}

test.skipIf(!mock).each(callsOf(createStripe({ apiKey })).map(([name]) => name))(
  '%s asks what Stripe has, with parameters that it knows',
  async (name) => {
    const calls = new Map(callsOf(createStripe({ apiKey, address })));
    const before = asked.length;
    // The mock's examples are no whole objects of ours: what becomes of its answers is not looked at.
    await carryOut(name, calls.get(name) ?? expect.fail()).catch(() => {});
    const made = asked.slice(before);
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter(({ status }) => status !== 200)).toEqual([]);
  },
);

test.skipIf(!mock)('so does the look at endpoints', async () => {
  const before = asked.length;
  expect(await webhookEndpointsOf({ apiKey, address })).toMatchObject({ answer: 'endpoints' });
  expect(asked.slice(before)).toEqual([{ what: expect.stringContaining('/v1/webhook_endpoints?limit='), status: 200 }]);
});

test.skipIf(!mock)('the mock refuses what Stripe does not have', async () => {
  const client = new Stripe(apiKey, { ...address, maxNetworkRetries: 0, telemetry: false });
  const misspelt = Object({ activ: false });
  await expect(client.promotionCodes.update('promo_1', misspelt)).rejects.toMatchObject({ statusCode: 400 });
});
