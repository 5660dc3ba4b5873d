import { randomUUID } from 'node:crypto';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { beforeAll, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { startBulkReprocess } from '../../api/dispatch/start-bulk-reprocess.ts';
import { startStripeEvent } from '../../api/dispatch/start-stripe-event.ts';
import { startUploads } from '../../api/dispatch/start-uploads.ts';
import { orderAtStripe } from '../../api/ops/stripe-orders.ts';
import { sendTestMessage, setEndpoint } from '../../api/ops/webhook-endpoint.ts';
import { openHistory } from '../../cli/histories/open-history.ts';
import { WORKFLOW_PATHS } from '../../cli/histories/paths.ts';
import {
  askedRunId,
  bulkReprocessId,
  deliverWebhookId,
  processUploadId,
  stripeEventId,
  stripeOrderId,
  uploadBatchId,
} from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { Pool } from '../../db/pool.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { createScheduleOrders } from '../../schedules/orders.ts';
import { createValhalla, type Valhalla, ValhallaRefused } from '../../services/valhalla.ts';
import { deferred } from '../support/deferred.ts';
import { smallGpx } from '../support/gpx.ts';
import { startReceiver } from '../support/receiver.ts';
import { heldOrder } from '../support/reprocess.ts';
import { type Steps, testStack } from '../support/stack.ts';

/**
 * While a release is under way one half of the installation is of another version, and sends what this one has never heard of. Here
 * that is a field in the input of every workflow and in input and result of every step, whichever half is the newer.
 */
const ADDED = { addedLater: { by: 'another version' } };

let databaseOfJobs: Pool | undefined;
const jobs: Jobs = { 'coupon-expiry': async ({ finish }) => databaseOfJobs?.transaction(finish) };
const valhalla: Valhalla = {
  ...createValhalla({ url: 'http://127.0.0.1:9', region: 'none', timeoutMs: 100 }),
  match: () => Promise.reject(new ValhallaRefused(171)),
};
const stack = await testStack({
  ...{ jobs, valhalla, webhooks: { nextInS: () => undefined } },
  bulk: { size: { items: 2, chunk: 2, forMs: 60_000 } },
});
databaseOfJobs = stack.db;
const { client, db } = stack;
const BY = { actor: 'cli:test', reason: 'half of a release is done' };
const LONG = { timeout: 120_000 };
const steps = new Set<string>();

beforeAll(async () => {
  const start = client.workflow.start.bind(client.workflow);
  Object.assign(client.workflow, {
    start: (type: string, options: { args: readonly object[] } & Parameters<typeof start>[1]) =>
      start(type, { ...options, args: options.args.map((input) => ({ ...input, ...ADDED })) }),
  });
  await stack.startWorkers({ stepsOf: widened });
});

function widened(real: Steps): Steps {
  const all: [string, unknown][] = Object.entries(real).map(([name, step]) => {
    const wide = async (input: object) => {
      steps.add(name);
      const result: unknown = await Reflect.apply(step, undefined, [{ ...input, ...ADDED }]);
      return result === undefined ? ADDED : { ...Object(result), ...ADDED };
    };
    return [name, wide];
  });
  return Object.assign({}, real, Object.fromEntries(all));
}

/** The result of a run, once it is certain that its history has the added field in its input. */
async function resultOf(workflowId: string): Promise<unknown> {
  const handle = client.workflow.getHandle(workflowId);
  await expect.poll(() => handle.describe().then(Boolean, () => false), { timeout: 30_000 }).toBe(true);
  const result = await handle.result().catch(() => 'failed');
  const opened = JSON.stringify(
    await openHistory(JSON.parse(historyToJSON(await handle.fetchHistory())), stack.codecKeys),
  );
  const [, input = ''] = /"workflowExecutionStartedEventAttributes":.*?"data":"([^"]+)"/.exec(opened) ?? [];
  expect(JSON.parse(Buffer.from(input, 'base64').toString())).toMatchObject(ADDED);
  return result;
}

async function upload(payload: Buffer | string): Promise<unknown> {
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
  return resultOf(processUploadId(answer.json().id, 1));
}

test('uploads: ordinary, large and refused', LONG, async () => {
  const ready = { outcome: 'ready', trackId: expect.any(String) };
  expect(await upload(smallGpx())).toMatchObject(ready);
  expect(await upload(Buffer.from(generateGpx({ seed: 5, points: 60_000, sensors: ['heartRate'] })))).toMatchObject(
    ready,
  );
  expect(await upload(smallGpx({ name: 'torn' }).slice(0, -30))).toMatchObject({
    outcome: 'failed',
    code: 'gpx/truncated',
  });
});

test('uploads that waited together', LONG, async () => {
  const gone = { id: randomUUID(), accountId: randomUUID(), run: 1, lostRuns: 0 };
  const batch = randomUUID();
  await startUploads(client, batch, [{ ...gone, format: 'gpx', inflatedBytes: 1_000, traceParent: null, batch }]);
  expect(await resultOf(uploadBatchId(batch))).toMatchObject({ ready: 0, superseded: 1 });
});

test('a bulk reprocess of them: done by two histories, and failed', LONG, async () => {
  const all = await heldOrder(db);
  await startBulkReprocess(client, { ...all, selected: 3 }, { stepsPerHistory: 1 });
  expect(await resultOf(bulkReprocessId(all.orderId, 1))).toMatchObject({ outcome: 'done' });
  expect(
    await stack.query(`select count(*)::int as uploads from uploads where run = 2 and state <> 'received'`),
  ).toEqual([{ uploads: 3 }]);
  const bad = await heldOrder(db, { receivedFrom: 'never' });
  await startBulkReprocess(client, { ...bad, selected: 3 });
  expect(await resultOf(bulkReprocessId(bad.orderId, 1))).toMatchObject({ outcome: 'failed' });
});

test('messages to the site: delivered and parked', LONG, async () => {
  const site = await startReceiver();
  const deps = { ...stack, targets: { http: true, privateAddresses: true } };
  await setEndpoint(deps, site.url, BY);
  const delivered = await sendTestMessage(deps, BY);
  expect(await resultOf(deliverWebhookId(delivered.messageId, 1))).toMatchObject({ outcome: 'delivered' });
  site.answer = (response) => response.writeHead(500).end();
  const parked = await sendTestMessage(deps, BY);
  expect(await resultOf(deliverWebhookId(parked.messageId, 1))).toMatchObject({ outcome: 'parked' });
  const asked = deferred();
  site.answer = () => asked.resolve(); // and never answers
  const cancelled = await sendTestMessage(deps, BY);
  await asked.promise;
  await client.workflow.getHandle(deliverWebhookId(cancelled.messageId, 1)).cancel();
  expect(await resultOf(deliverWebhookId(cancelled.messageId, 1))).toMatchObject({ outcome: 'parked' });
});

test('scheduled work: done, and refused by the ledger', LONG, async () => {
  const orders = createScheduleOrders({ db, client, manifest: MANIFEST });
  const { runs } = await orders.trigger('coupon-expiry', BY);
  expect(await resultOf(runs[0]?.workflowId ?? '')).toMatchObject({ scanned: 0, changed: 0, failed: 0 });
  const asked = { slot: runs[0]?.slot ?? '', origin: 'manual', auditId: -1 } as const;
  const workflowId = askedRunId('coupon-expiry', asked.slot, asked.auditId);
  await client.workflow.start<Workflows['runSchedule']>('runSchedule', {
    workflowId,
    taskQueue: QUEUES.maintenance,
    args: [{ schedule: 'coupon-expiry', asked }],
  });
  expect(await resultOf(workflowId)).toBe('failed');
});

test("Stripe's events and orders: ended and dead, absent and refused", LONG, async () => {
  const nowhere = {
    run: 1,
    lostRuns: 0,
    type: 'cairn.unknown',
    objectId: null,
    customerId: null,
    accountId: null,
    traceParent: null,
  };
  await startStripeEvent(client, { ...nowhere, eventId: 'evt_absent' });
  expect(await resultOf(stripeEventId('evt_absent', 1))).toMatchObject({ outcome: 'superseded' });
  await stack.query(
    `insert into stripe_events (id, type, livemode, created, body, content_sha256)
     values ('evt_there', 'customer.created', false, now(), 'x', 'x')`,
  );
  expect(await resultOf(stripeEventId('evt_there', 1))).toMatchObject({ outcome: 'dead' });
  const { orderId } = await orderAtStripe(db, { kind: 'resync', terms: { customerId: 'cus_nobody' } }, BY);
  expect(await resultOf(stripeOrderId(orderId, 1))).toMatchObject({ outcome: 'failed' });
});

/** After all others: what they have covered. */
test('every workflow and every step has met the added field', () => {
  expect(Object.keys(WORKFLOW_PATHS).sort()).toEqual(
    [
      'bulkReprocess',
      'deliverWebhook',
      'processUpload',
      'processUploads',
      'runSchedule',
      'stripeEvent',
      'stripeOrder',
    ].sort(),
  );
  expect([...steps].sort()).toEqual(
    [
      'addWayTypes',
      'buryStripeEvent',
      'closeFailed',
      'digest',
      'digestUploads',
      'failReprocess',
      'failStripeOrder',
      'fulfilStripeOrder',
      'parkWebhook',
      'processStripeEvent',
      'recordFailure',
      'reprocessBatch',
      'runJob',
      'sendWebhook',
    ].sort(),
  );
});
