import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { choosePorts, rememberPorts } from '../../cli/up/home-ports.ts';
import { watchLog } from '../../cli/up/log-watch.ts';
import { secretsOf } from '../../cli/up/secrets.ts';
import { parseWebhookSecrets } from '../../platform/stripe-settings.ts';

test('secrets are random per home, stay the same, and are readable by their owner alone', async () => {
  const [one, other] = [await folder(), await folder()];
  const secrets = await secretsOf(one);
  expect(await secretsOf(one)).toEqual(secrets);
  expect((await stat(join(one, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect((await secretsOf(other)).codecKeys).not.toBe(secrets.codecKeys);
  expect(Buffer.from(secrets.codecKeys.split(':')[1] ?? '', 'base64')).toHaveLength(32);
});

test('a signing secret that no process would accept, as homes once had them, is made anew', async () => {
  const home = await folder();
  await writeFile(
    join(home, 'secrets.json'),
    JSON.stringify({ stripeWebhookSecret: 'whsec_ab+/cdefghijklmnopqrstuvwxyz0123456789==' }),
  );
  const { stripeWebhookSecret, stripeApiKey } = await secretsOf(home);
  expect(parseWebhookSecrets(stripeWebhookSecret)).toEqual([stripeWebhookSecret]);
  expect(stripeApiKey).toMatch(/^sk_test_[A-Za-z0-9]{48}$/);
  expect((await secretsOf(home)).stripeWebhookSecret).toBe(stripeWebhookSecret);
});

test('a home keeps its ports while they are free, and gets others where they are taken', async () => {
  const home = await folder();
  const ports = await choosePorts(home, 3000);
  await rememberPorts(home, ports);
  expect(await choosePorts(home, 3000)).toEqual(ports);
  const squatter = net.createServer().listen(ports.temporalUi, '127.0.0.1');
  await new Promise((listening) => squatter.once('listening', listening));
  onTestFinished(() => void squatter.close());
  const { temporalUi, ...others } = await choosePorts(home, 3000);
  expect(temporalUi).not.toBe(ports.temporalUi);
  expect(others).toEqual({ postgres: ports.postgres, temporal: ports.temporal, stripe: ports.stripe });
});

test('of a log, new warnings and errors reach the terminal, a few at a time', async () => {
  const file = join(await folder(), 'api.log');
  await writeFile(file, `${JSON.stringify({ level: 'error', msg: 'of yesterday' })}\n`);
  const told: string[] = [];
  const stop = watchLog(file, (await stat(file)).size, (line) => told.push(line));
  const noise = [
    { level: 'info', msg: 'track ready' },
    { level: 'warn', msg: 'database connection lost', err: { message: 'gone' } },
    ...Array.from({ length: 20 }, () => ({ level: 'error', msg: 'again' })),
  ];
  await appendFile(file, `${noise.map((entry) => JSON.stringify(entry)).join('\n')}\nno JSON\n`);
  stop();
  expect(told[0]).toBe('warning: database connection lost (gone)');
  expect(told.at(-1)).toBe(`more in ${file}`);
  expect(told).toHaveLength(5);
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cairn-files-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
