import { beforeAll, beforeEach, expect, test } from 'vitest';
import {
  enableEndpoint,
  retireEndpointSecret,
  rotateEndpoint,
  sendTestMessage,
  setEndpoint,
} from '../../api/ops/webhook-endpoint.ts';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { deliverWebhookId } from '../../contracts/ids.ts';
import { webhookId } from '../../contracts/webhooks.ts';
import { nextAttemptInS } from '../../domain/webhooks/retries.ts';
import { expectCost } from '../support/costs.ts';
import { smallGpx } from '../support/gpx.ts';
import { eventTypes } from '../support/histories.ts';
import { startReceiver, verified } from '../support/receiver.ts';
import { testStack } from '../support/stack.ts';

/** When failed attempts of these tests are followed by the next. */
const SOON: typeof nextAttemptInS = ({ attempt }) => (attempt < 3 ? 0.05 : undefined);
let retries: typeof nextAttemptInS = SOON;
const stack = await testStack({ webhooks: { nextInS: (failed) => retries(failed) } });
const deps = { ...stack, targets: { http: true, privateAddresses: true } };
const BY = { actor: 'cli:tester', reason: 'to see what the site gets' };
const PATIENT = { timeout: 30_000, interval: 50 };

beforeAll(() => stack.startWorkers().then(() => {}));
beforeEach(async () => {
  retries = SOON;
  await stack.query('delete from webhook_messages');
  await stack.query('delete from webhook_endpoint');
});

const endpointAt = async (url: string) => (await setEndpoint(deps, url, BY)).secret ?? '';
const told = async () => (await sendTestMessage(deps, BY)).messageId;
const messages = () =>
  stack.query('select state, run, attempts, parked_because from webhook_messages order by created_at');
const attempts = () => stack.query('select run, attempt, status, error from webhook_attempts order by run, attempt');
const found = async (query: string) => {
  const ids: string[] = [];
  for await (const run of stack.client.workflow.list({ query })) ids.push(run.workflowId);
  return ids;
};
const untilState = (state: string) => expect.poll(messages, PATIENT).toMatchObject([{ state }]);

async function upload(name: string) {
  const headers = { ...stack.headers, prefer: 'wait=30' };
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers, payload: smallGpx({ name }) });
  return answer.json();
}

test('the site is told of a track, in a form that the public library verifies, for 2 actions', async () => {
  const site = await startReceiver();
  const secret = await endpointAt(site.url);
  const { id, trackId } = await upload('a walk of walker-17');
  await untilState('delivered');
  const [message] = await stack.query<{ id: string }>('select id from webhook_messages');
  expect(site.received).toMatchObject([{ id: webhookId(message?.id ?? '') }]);
  const [got] = site.received;
  if (!got) throw new Error('nothing came');
  const data = { account: 'tester', uploadId: id, trackId, externalId: null, run: 1 };
  expect(verified(secret, got)).toEqual({ type: 'track.ready', timestamp: expect.any(String), data });
  expect(() => verified(secret, { ...got, body: got.body.replace('ready', 'raedy') })).toThrow();
  const handle = stack.client.workflow.getHandle(deliverWebhookId(message?.id ?? '', 1));
  expect(await handle.result()).toEqual({ outcome: 'delivered' });
  const query = `CairnKind = 'webhook' and CairnUpload = '${id}' and ExecutionStatus = 'Completed'`;
  await expect.poll(() => found(query), PATIENT).toEqual([handle.workflowId]);
  const history = await handle.fetchHistory();
  expectCost(history, BUDGETS.deliverWebhook.delivered);
  expect(eventTypes(history).filter((type) => /ACTIVITY|TIMER|MARKER|UPSERT/.test(type))).toEqual([
    'ACTIVITY_TASK_SCHEDULED',
    'ACTIVITY_TASK_STARTED',
    'ACTIVITY_TASK_COMPLETED',
  ]);
});

test('whatever fails is tried again under the same id, and the history does not grow with it', async () => {
  const site = await startReceiver();
  let failures = 2;
  site.answer = (response) => response.writeHead(failures-- > 0 ? 500 : 200).end('walker-17 is a person');
  await endpointAt(site.url);
  const id = await told();
  await untilState('delivered');
  expect(site.received.map((each) => each.id)).toEqual([webhookId(id), webhookId(id), webhookId(id)]);
  expect(await attempts()).toEqual([
    { run: 1, attempt: 1, status: 500, error: null },
    { run: 1, attempt: 2, status: 500, error: null },
    { run: 1, attempt: 3, status: 200, error: null },
  ]);
  const handle = stack.client.workflow.getHandle(deliverWebhookId(id, 1));
  await handle.result();
  expectCost(await handle.fetchHistory(), BUDGETS.deliverWebhook.delivered, 2);
});

test('after the last attempt it is parked, and says why', async () => {
  const site = await startReceiver(500);
  await endpointAt(site.url);
  const id = await told();
  await untilState('parked');
  const byOutcome = () => found(`CairnKind = 'webhook' and CairnOutcome = 'parked'`);
  await expect.poll(byOutcome, PATIENT).toContain(deliverWebhookId(id, 1));
  expect(await messages()).toEqual([{ state: 'parked', run: 1, attempts: 3, parked_because: 'webhook/not-delivered' }]);
  expect(site.received).toHaveLength(3);
  const [endpoint] = await stack.query('select enabled, failing_since from webhook_endpoint');
  expect(endpoint).toEqual({ enabled: true, failing_since: expect.any(Date) });
});

test('a redirect is not followed', async () => {
  const [site, elsewhere] = [await startReceiver(), await startReceiver()];
  site.answer = (response) => response.writeHead(307, { location: elsewhere.url }).end();
  await endpointAt(site.url);
  await told();
  await untilState('parked');
  expect(await attempts()).toMatchObject([{ status: 307 }, { status: 307 }, { status: 307 }]);
  expect(elsewhere.received).toEqual([]);
});

test('an endpoint that is gone is disabled; what is to be told waits, and goes out under the same id when it is enabled', async () => {
  const site = await startReceiver(410);
  await endpointAt(site.url);
  const id = await told();
  const endpoint = () => stack.query('select enabled, disabled_because from webhook_endpoint');
  await expect.poll(endpoint, PATIENT).toEqual([{ enabled: false, disabled_because: 'gone' }]);
  await expect.poll(messages, PATIENT).toMatchObject([{ state: 'pending', run: 2, attempts: 0 }]);
  expect(site.received).toHaveLength(1);
  site.answer = (response) => response.writeHead(200).end();
  await enableEndpoint(deps, true, BY);
  await untilState('delivered');
  expect(site.received.map((each) => each.id)).toEqual([webhookId(id), webhookId(id)]);
});

test('whoever asks to be left alone is left alone, by all messages, and not for less', async () => {
  const site = await startReceiver();
  const at: number[] = [];
  site.answer = (response) => {
    at.push(Date.now());
    return at.length === 1 ? response.writeHead(429, { 'retry-after': '3' }).end() : response.writeHead(200).end();
  };
  await endpointAt(site.url);
  retries = nextAttemptInS;
  await told();
  await expect.poll(() => at.length, PATIENT).toBe(1);
  await expect
    .poll(() => stack.query('select from webhook_endpoint where rest_until > now()'), PATIENT)
    .toHaveLength(1);
  await told();
  await expect.poll(messages, PATIENT).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
  for (const later of at.slice(1)) expect(later - (at[0] ?? 0)).toBeGreaterThanOrEqual(3_000);
});

test('a rotation has no gap: both secrets verify until the old one is retired', async () => {
  const site = await startReceiver();
  const old = await endpointAt(site.url);
  const { secret: young = '' } = await rotateEndpoint(deps, BY);
  await told();
  await expect.poll(() => site.received.length, PATIENT).toBe(1);
  await retireEndpointSecret(deps, BY);
  await told();
  await expect.poll(() => site.received.length, PATIENT).toBe(2);
  const [during, after] = site.received;
  if (!during || !after) throw new Error('nothing came');
  for (const secret of [old, young]) expect(verified(secret, during)).toMatchObject({ type: 'webhook.test' });
  expect(verified(young, after)).toMatchObject({ type: 'webhook.test' });
  expect(() => verified(old, after)).toThrow();
});

test('an endpoint that answers nothing holds up nobody else', async () => {
  const site = await startReceiver();
  const held: (() => void)[] = [];
  site.answer = (response) => held.push(() => response.writeHead(200).end());
  await endpointAt(site.url);
  for (let i = 0; i < 20; i++) await told();
  await expect.poll(() => held.length, PATIENT).toBe(8); // as many as one worker sends at once
  expect(await upload('meanwhile')).toMatchObject({ state: 'ready', processedBy: 'workflow' });
  expect(held).toHaveLength(8);
  site.answer = (response) => response.writeHead(200).end();
  for (const answer of held) answer();
  const delivered = () => stack.query(`select from webhook_messages where state = 'delivered'`);
  await expect.poll(delivered, PATIENT).toHaveLength(21);
});

test('a delivery that is terminated is delivered by its next run; one that is cancelled is parked', async () => {
  const site = await startReceiver(500);
  retries = () => 3_600;
  await endpointAt(site.url);
  const id = await told();
  await expect.poll(attempts, PATIENT).toHaveLength(1);
  await stack.client.workflow.getHandle(deliverWebhookId(id, 1)).cancel();
  await untilState('parked');
  expect(await messages()).toMatchObject([{ parked_because: 'webhook/cancelled' }]);
  const other = await told();
  await expect.poll(() => site.received.length, PATIENT).toBe(2);
  await stack.client.workflow.getHandle(deliverWebhookId(other, 1)).terminate();
  site.answer = (response) => response.writeHead(200).end();
  await stack.query(`update webhook_messages set dispatch_at = now() where state = 'pending'`);
  await expect.poll(messages, PATIENT).toMatchObject([{ state: 'parked' }, { state: 'delivered', run: 2 }]);
});

test('histories hold ids and nothing else: no address, no secret, nothing of what is told', async () => {
  const site = await startReceiver(500);
  retries = () => undefined;
  const secret = await endpointAt(`${site.url}?marker=walker-17`);
  const id = await told();
  await stack.query(`update webhook_messages set data = '{"marker": "walker-17"}'`);
  await untilState('parked');
  const { input, result, text } = await historyOf(id);
  expect(input).toEqual([{ messageId: id, run: 1 }]);
  expect(result).toEqual([{ outcome: 'parked' }]);
  for (const marker of ['walker-17', site.url, secret.slice(6, 30)]) expect(text).not.toContain(marker);
});

/** With every payload opened. */
async function historyOf(id: string) {
  const handle = stack.client.workflow.getHandle(deliverWebhookId(id, 1));
  await handle.result();
  const { events } = await handle.fetchHistory();
  const { payloadConverter, payloadCodecs } = stack.client.options.loadedDataConverter;
  const payloads = (events ?? []).flatMap((event) => [
    ...(event.workflowExecutionStartedEventAttributes?.input?.payloads ?? []),
    ...(event.activityTaskScheduledEventAttributes?.input?.payloads ?? []),
    ...(event.activityTaskCompletedEventAttributes?.result?.payloads ?? []),
  ]);
  const opened: unknown[] = [];
  for (const payload of payloads) {
    const [plain = payload] = (await payloadCodecs[0]?.decode([payload])) ?? [];
    opened.push(payloadConverter.fromPayload(plain));
  }
  const text = JSON.stringify(opened) + JSON.stringify(events);
  return { input: opened.slice(0, 1), result: opened.slice(-1), text };
}
