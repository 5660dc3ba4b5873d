import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { lockHome, socketAddress } from '../../cli/up/lock.ts';
import { testHome } from '../support/servers.ts';
import { hold } from './support.ts';

const URL_OF_FIRST = 'http://127.0.0.1:3000';

test.each(['linux', 'darwin'] as const)('the second start on a home is told the first’s URL (%s)', async (platform) => {
  const home = await homeOf();
  const address = socketAddress(home, platform);
  const first = await lockHome(home, { url: URL_OF_FIRST }, address);
  if (!first.held) throw new Error('a new home is held by somebody');
  onTestFinished(first.release);
  const second = await lockHome(home, { url: 'http://127.0.0.1:4000' }, address);
  expect(second).toEqual({ held: false, holder: { pid: process.pid, url: URL_OF_FIRST } });
});

test.each(['linux', 'darwin'] as const)('a holder that was killed with -9 holds nothing (%s)', async (platform) => {
  const home = await homeOf();
  const address = socketAddress(home, platform);
  const first = await hold('lock', { home, url: URL_OF_FIRST, address });
  expect((await lockHome(home, { url: 'http://127.0.0.1:4000' }, address)).held).toBe(false);
  await first.kill();
  const second = await lockHome(home, { url: 'http://127.0.0.1:4000' }, address);
  expect(second.held).toBe(true);
  if (second.held) await second.release();
});

async function homeOf(): Promise<string> {
  const home = await testHome('cairn-lock-');
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}
