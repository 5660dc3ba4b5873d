import { expect, test } from 'vitest';
import { reprocessView } from '../../api/ops/reprocess-orders.ts';
import { watchEffects } from '../drills/support/effects.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { smallGpx } from '../support/gpx.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { ordered, runRows } from '../support/reprocess.ts';
import { testStack } from '../support/stack.ts';

const temporal = await ownTemporal();
const stack = await testStack({ temporalAddress: temporal.address, namespace: 'default' });
const PATIENT = { timeout: 90_000, interval: 50 };
const MANY = 60;
/** A second and a half of them: long enough to kill something in the middle. */
const RATE_PER_MINUTE = 1_200;

const startWorker = async () => {
  const worker = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporal.address });
  await worker.ready;
  return worker;
};
const viewOf = (orderId: number) => reprocessView(stack.db, orderId);

/** Effects on each upload since the order, by what they are. */
const effects = () =>
  stack.query(
    `select effect, count(*)::int as times, count(distinct upload_id)::int as uploads from drill_effects group by 1 order by 1`,
  );
const ONCE = [
  { effect: 'end', times: MANY, uploads: MANY },
  { effect: 'track', times: MANY, uploads: MANY },
];

/** Given, and some of it begun, but not all. */
async function inTheMiddle() {
  const order = await ordered(stack.db, {}, RATE_PER_MINUTE);
  stack.dispatcher.nudge();
  await expect.poll(async () => (await viewOf(order.orderId)).begun, PATIENT).toBeGreaterThan(MANY / 6);
  expect((await viewOf(order.orderId)).begun).toBeLessThan(MANY);
  return order;
}

async function done(orderId: number, run: number): Promise<void> {
  await expect.poll(async () => (await viewOf(orderId)).state, PATIENT).toBe('done');
  expect(await viewOf(orderId)).toMatchObject({ begun: MANY, ready: MANY, failed: 0, open: 0, handedOver: 0 });
  for (const row of await runRows(stack.db)) expect(row).toMatchObject({ state: 'ready', run, processedBy: 'bulk' });
  expect(await effects()).toEqual(ONCE);
}

test('the worker is killed in the middle of a batch, then Temporal loses everything: each upload is made again once', {
  timeout: 300_000,
}, async () => {
  const worker = await startWorker();
  for (let i = 0; i < MANY; i++) {
    const payload = smallGpx({ name: `outing ${i}`, lat: i });
    await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
  }
  const ready = async () => (await runRows(stack.db)).filter(({ state }) => state === 'ready').length;
  await expect.poll(ready, PATIENT).toBe(MANY);
  await watchEffects(stack.db);

  const first = await inTheMiddle();
  worker.child.kill('SIGKILL');
  await worker.ended;
  await startWorker();
  await done(first.orderId, 2);

  await stack.query('truncate drill_effects');
  const second = await inTheMiddle();
  await temporal.kill();
  await temporal.start({ wiped: true });
  await done(second.orderId, 3);
});
