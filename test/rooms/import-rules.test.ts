import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALLOWED, FORBIDDEN, OTHER_HALVES } from './support/import-samples.ts';
import { root } from './support/source-files.ts';

const CONFIG = join(root, '.dependency-cruiser.cjs');
const require = createRequire(import.meta.url);

/** `rule: importing file → imported`, of one run over a small project that breaks every rule. */
let broken: readonly string[];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-rules-'));
  await writeSampleProject(folder);
  broken = await cruise(folder);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(FORBIDDEN)('$rule forbids $from to import $to', ({ rule, from }) => {
  expect(broken.filter((line) => line.startsWith(`${rule}: ${from} `))).toHaveLength(1);
});

test.each(ALLOWED)('$from may import $to', ({ from }) => {
  expect(broken.filter((line) => line.includes(`: ${from} `))).toEqual([]);
});

test('every rule of the configuration is broken by a sample here', () => {
  const rules = require(CONFIG).forbidden.map((rule: { name: string }) => rule.name);
  const sampled = new Set(FORBIDDEN.map((sample) => sample.rule));
  expect(rules.filter((rule: string) => !sampled.has(rule))).toEqual([]);
});

/** Each sample is a file with one import; what is imported exists, as a stub. */
async function writeSampleProject(into: string): Promise<void> {
  const packages = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await write(join(into, 'package.json'), JSON.stringify({ type: 'module', ...pick(packages) }));
  await write(
    join(into, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2023' } }),
  );
  for (const { from, to, type } of [...FORBIDDEN, ...ALLOWED, ...OTHER_HALVES]) {
    const what = type ? 'import type { x }' : 'import { x }';
    await write(join(into, from), `${what} from '${to}';\nexport const y${type ? ': typeof x = 1' : ' = x'};\n`);
    if (to.startsWith('.') && !to.includes('missing'))
      await writeOnce(join(into, dirname(from), to), 'export const x = 1;\n');
    if (!to.startsWith('.') && !to.startsWith('node:')) await writePackage(join(into, 'node_modules', to), to);
  }
}

function pick({ dependencies, devDependencies }: Record<string, unknown>) {
  return { dependencies, devDependencies };
}

async function writePackage(into: string, name: string): Promise<void> {
  await write(join(into, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
  await write(join(into, 'index.js'), 'exports.x = 1;\n');
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function writeOnce(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { flag: 'wx' }).catch(() => undefined);
}

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

async function cruise(cwd: string): Promise<readonly string[]> {
  const program = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const args = [program, '--config', CONFIG, '--output-type', 'json', '.'];
  const run = promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 64 * 2 ** 20 });
  // The exit code is the number of violations, so a run that finds any "fails".
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const violations: readonly Violation[] = JSON.parse(stdout).summary.violations;
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}
