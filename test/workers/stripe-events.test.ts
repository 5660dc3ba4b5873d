import { expect, inject, test } from 'vitest';
import { freePort } from '../../platform/embedded/ports.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { deliver, ENDPOINT_SECRET } from '../support/fake-stripe/deliver.ts';
import { coupon } from '../support/fake-stripe/objects.ts';
import { fakeStripe } from '../support/fake-stripe.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
const EVENTS = 60;
const PATIENT = { timeout: 120_000, interval: 50 };

/** API and worker as processes of their own, on the fake. */
async function installation() {
  const stripe = await fakeStripe();
  const port = await freePort();
  const settings = {
    CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
    CAIRN_STRIPE_API_KEY: stripe.apiKey,
    CAIRN_STRIPE_API_URL: `http://${stripe.address.host}:${stripe.address.port}`,
    CAIRN_STRIPE_WEBHOOK_SECRETS: ENDPOINT_SECRET,
    PORT: String(port),
  };
  return {
    stripe,
    endpoint: `http://127.0.0.1:${port}/v1/webhooks/stripe`,
    start: async (which: 'api' | 'worker') => {
      const process = spawnCairn(which, stack, settings);
      await process.ready;
      return process;
    },
  };
}

/** As Stripe does: until it is taken. */
async function deliverUntilTaken(endpoint: string, event: Parameters<typeof deliver>[1]): Promise<void> {
  await expect.poll(() => deliver(endpoint, event).catch(() => 0), PATIENT).toBe(200);
}

test('kill -9 of API and worker in the middle: every event that was taken is processed, with one effect', async () => {
  const { stripe, endpoint, start } = await installation();
  let [api, worker] = [await start('api'), await start('worker')];
  const events = Array.from({ length: EVENTS }, (_, i) => {
    return stripe.world.happen('coupon.created', coupon(`c${i}`, stripe.world.now));
  });
  const fetched = () => stripe.calls.filter(({ executed }) => executed).length;
  for (const [i, event] of events.entries()) {
    await deliverUntilTaken(endpoint, event);
    if (i === EVENTS / 3) {
      api.child.kill('SIGKILL');
      await api.ended;
      api = await start('api');
    }
    if (i === EVENTS / 2) {
      // In the middle of a step: Stripe has answered, and nothing of it is written yet.
      const held = new Promise<void>((resolve) => {
        stripe.watch((moment) => {
          if (moment !== 'executed') return undefined;
          resolve();
          return 'hang';
        });
      });
      await deliverUntilTaken(endpoint, events[i + 1] ?? event);
      await held;
      worker.child.kill('SIGKILL');
      await worker.ended;
      stripe.watch(undefined);
      worker = await start('worker');
    }
  }
  const open = () => stack.query(`select id from stripe_events where state <> 'processed'`);
  await expect.poll(open, PATIENT).toEqual([]);
  const [row] = await stack.query(
    `select count(*)::int as events, (select count(*)::int from stripe_coupons) as mirrored,
            (select count(*)::int from stripe_event_attempts where outcome = 'processed') as effects from stripe_events`,
  );
  expect(row).toEqual({ events: EVENTS, mirrored: EVENTS, effects: EVENTS });
  expect(fetched()).toBeGreaterThan(EVENTS); // a try was cut off, and made again
}, 240_000);
