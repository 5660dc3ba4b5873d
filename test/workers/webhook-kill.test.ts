import { expect, inject, test } from 'vitest';
import { sendTestMessage, setEndpoint } from '../../api/ops/webhook-endpoint.ts';
import { webhookId } from '../../contracts/webhooks.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { startReceiver, verified } from '../support/receiver.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
const PATIENT = { timeout: 120_000, interval: 100 };
const SETTINGS = {
  CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
  CAIRN_WEBHOOK_TARGETS: 'http,private-addresses',
  CAIRN_LOG_LEVEL: 'trace',
};

test('kill -9 of the worker between the sending and the commit: the site gets the message again, under the same id', {
  timeout: 300_000,
}, async () => {
  const site = await startReceiver();
  const deps = { ...stack, targets: { http: true, privateAddresses: true } };
  const by = { actor: 'cli:tester', reason: 'to see what a kill does' };
  const { secret = '' } = await setEndpoint(deps, `${site.url}?marker=walker-17`, by);
  const first = spawnCairn('worker', stack, SETTINGS);
  await first.ready;
  site.answer = () => first.child.kill('SIGKILL'); // it has sent everything, and will hear no answer
  const { messageId } = await sendTestMessage(deps, by);
  await first.ended;
  expect(site.received).toHaveLength(1);
  const row = () => stack.query('select state, run, attempts from webhook_messages');
  expect(await row()).toEqual([{ state: 'pending', run: 1, attempts: 0 }]);
  site.answer = (response) => response.writeHead(200).end('walker-17 is a person');
  const second = spawnCairn('worker', stack, SETTINGS);
  await second.ready;
  await expect.poll(row, PATIENT).toEqual([{ state: 'delivered', run: 1, attempts: 1 }]);
  expect(site.received.map(({ id }) => id)).toEqual([webhookId(messageId), webhookId(messageId)]);
  const [one, other] = site.received;
  if (!one || !other) throw new Error('one is missing');
  expect(verified(secret, other)).toEqual(verified(secret, one));
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  for (const marker of ['walker-17', site.url, secret.slice(6)]) {
    expect(first.log() + second.log()).not.toContain(marker);
  }
});
