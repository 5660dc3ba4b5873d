import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { optionsOf } from '../../schedules/declared.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { createStripe } from '../../services/stripe.ts';
import { createJobs } from '../../workers/jobs.ts';
import { listen } from '../api/support/app.ts';
import { metricsOf } from '../api/support/metrics.ts';
import { RULES } from '../support/billing-rules.ts';
import { ENDPOINT_SECRET } from '../support/fake-stripe/deliver.ts';
import { fakeStripe } from '../support/fake-stripe.ts';
import { fire, ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

/** What a worker does, by the jobs of its own start; the API listens, until a test lets it go away. */
const jobs: { -readonly [Id in keyof Jobs]: Jobs[Id] } = {};
const { address, apiKey } = await fakeStripe(afterAll);
const stripe = createStripe({ address, apiKey });
const stripeWebhookSecrets = [ENDPOINT_SECRET];
const stack = await testStack({ jobs, stripe, stripeWebhookSecrets });
const port = await listen(stack.app);
const { db, blobs, log } = stack;
const config = { apiUrl: `http://127.0.0.1:${port}`, stripeWebhookSecrets, billing: RULES };
Object.assign(jobs, createJobs({ db, blobs, log, stripe, config }));
const PATIENT = { timeout: 90_000, interval: 100 };
const LONG = { timeout: 120_000 };

beforeAll(async () => {
  await stack.client.schedule.create({ ...optionsOf('canary', MANIFEST.canary), state: { paused: true } });
  await stack.startWorkers();
});

async function runAt(slot: Date) {
  await fire(stack, 'canary', slot);
  const row = async () => (await ledgerOf(stack, 'canary')).find((each) => each.slot.getTime() === slot.getTime());
  await expect.poll(async () => (await row())?.state ?? 'running', PATIENT).not.toBe('running');
  return row();
}

/** Series that count uploads which were accepted, finished, or wait; and events of Stripe's. */
async function uploadsCounted(): Promise<readonly object[]> {
  const { body } = await stack.app.inject({ url: '/metrics' });
  return metricsOf(body).filter(({ name }) => /^cairn_(uploads|inline_uploads|stripe)/.test(name));
}

test('every schedule has its job', () => {
  expect(Object.keys(jobs).sort()).toEqual([...SCHEDULE_IDS].sort());
});

test(
  'a canary through the real API and the real worker: a recording and an event were looked at, and none of anybody',
  LONG,
  async () => {
    const before = await uploadsCounted();
    expect(await runAt(new Date('2026-03-01T00:02:00Z'))).toMatchObject({
      ...{ origin: 'schedule', state: 'succeeded', scanned: 2, changed: 2, failed: 0 },
    });
    expect(before.length).toBeGreaterThan(3);
    expect(await uploadsCounted()).toEqual(before);
    for (const table of ['uploads', 'tracks', 'exported_tracks', 'stripe_events']) {
      expect(await stack.query(`select from ${table}`), table).toEqual([]);
    }
  },
);

test('the API away: its run failed, and the ledger names where', LONG, async () => {
  await stack.app.server.close();
  stack.app.server.closeAllConnections();
  expect(await runAt(new Date('2026-03-01T00:07:00Z'))).toMatchObject({
    ...{ state: 'failed', changed: 0, errorCode: 'processing/failed', errorClass: 'CanaryFailed leftovers' },
  });
});
