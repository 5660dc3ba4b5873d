import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run, waitUntilGone } from '../../platform/embedded/processes.ts';
import { environment } from '../../platform/environment.ts';
import { projectRoot } from '../support/servers.ts';
import { firstJsonLine } from './support.ts';

test('the program inside is killed with -9: its announced servers are stopped', async () => {
  const { outer, inner, server } = await startOuter();
  process.kill(inner, 'SIGKILL');
  const [code] = await ended(outer);
  expect(code).toBe(1);
  expect(await waitUntilGone(server, 5_000)).toBe(true);
});

test('the program outside is killed with -9: the one inside ends and stops its servers', async () => {
  const { outer, inner, server } = await startOuter();
  outer.kill('SIGKILL');
  expect(await waitUntilGone(inner, 5_000)).toBe(true);
  expect(await waitUntilGone(server, 5_000)).toBe(true);
});

test('two at once install the dependencies once, and the next start does not', async () => {
  const project = await emptyProject();
  const install = () =>
    run(process.execPath, [join(project, 'install.mjs')], { env: environment(), timeoutMs: 50_000 });
  const both = await Promise.all([install(), install()]);
  expect(both.map((result) => result.problem)).toEqual(['', '']);
  const said = both.map((result) => result.stdout);
  expect(said.filter((text) => text.includes('Dependencies installed in'))).toHaveLength(1);
  expect(await readFile(join(project, 'node_modules', '.installed-from'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  expect((await install()).stdout).toBe('');
});

test('a Node that is too old is told which one is needed', async () => {
  const project = await emptyProject('>=99.1');
  const result = await run(process.execPath, [join(project, 'install.mjs')]);
  expect(result.ok).toBe(false);
  expect(result.stderr).toMatch(/^Cairn needs Node 99\.1 or newer; this is v/);
});

async function startOuter(): Promise<{ outer: ChildProcess; inner: number; server: number }> {
  const outer = spawn(process.execPath, [join(projectRoot, 'test', 'embedded', 'programs', 'outer.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void outer.kill('SIGKILL'));
  const { inner, server } = JSON.parse(await firstJsonLine(outer));
  return { outer, inner: Number(inner), server: Number(server) };
}

function ended(child: ChildProcess): Promise<[number | null]> {
  return new Promise((resolve) => child.once('exit', (code) => resolve([code])));
}

/** The real scripts around a project without dependencies. */
async function emptyProject(node = '>=20'): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'cairn install '));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  await cp(join(projectRoot, 'scripts'), join(project, 'scripts'), { recursive: true });
  const manifest = { name: 'empty', version: '1.0.0', engines: { node } };
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest } };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(project, 'package-lock.json'), JSON.stringify(lock));
  await writeFile(
    join(project, 'install.mjs'),
    "import { ensureInstalled } from './scripts/bootstrap.mjs';\nawait ensureInstalled();\n",
  );
  return project;
}
