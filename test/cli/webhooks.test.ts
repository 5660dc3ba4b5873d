import { expect, test } from 'vitest';
import { SEALED_FOR } from '../../contracts/webhooks.ts';
import { findDelivery } from '../../db/webhook-deliveries.ts';
import { openText } from '../../platform/sealing.ts';
import { codecSetting } from '../support/cairn-process.ts';
import { testStack } from '../support/stack.ts';
import { cairn } from './cairn.ts';

const stack = await testStack();
const env = { DATABASE_URL: stack.url, CAIRN_CODEC_KEYS: codecSetting(stack) };
const webhooks = (...args: readonly string[]) => cairn(['webhooks', ...args], env);
const REASON = ['--reason', 'because the test says so', '--json'];

/** Each command is a process that compiles itself. */
const LONG = { timeout: 300_000 };

test('set, test, list, replay: an operator without the API', LONG, async () => {
  expect(await webhooks('endpoint')).toMatchObject({ code: 0, out: expect.stringContaining('no endpoint is set') });
  expect((await webhooks('test', ...REASON)).code).toBe(1);
  expect(await webhooks('set', 'http://site.example/hook', ...REASON)).toMatchObject({ code: 1 });
  const set = await webhooks('set', 'https://127.0.0.1.invalid/hook', ...REASON);
  const { secret } = JSON.parse(set.out);
  const { id } = JSON.parse((await webhooks('test', ...REASON)).out);
  await webhooks('disable', ...REASON);
  expect(JSON.parse((await webhooks('list', '--json')).out)).toMatchObject([{ id, state: 'pending' }]);
  const dry = await webhooks('replay', '--since', '1h', '--state', 'pending', ...REASON);
  expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, count: 1 });
  const [before] = await stack.query<{ run: number }>('select run from webhook_messages');
  const done = await webhooks('replay', '--since', '1h', '--state', 'pending', '--yes', ...REASON);
  expect(JSON.parse(done.out)).toMatchObject({ dryRun: false, count: 1 });
  const [after] = await stack.query<{ id: string; run: number }>('select id, run from webhook_messages');
  expect(after?.run).toBeGreaterThan(before?.run ?? 0);
  const delivery = await findDelivery(stack.db, { messageId: after?.id ?? '', run: after?.run ?? 0 });
  expect(openText(stack.codecKeys, delivery?.secrets[0] ?? '', SEALED_FOR)).toBe(secret);
  const actors = await stack.query('select distinct actor ~ $1 as cli from ops_audit', ['^cli:']);
  expect(actors).toEqual([{ cli: true }]);
});
