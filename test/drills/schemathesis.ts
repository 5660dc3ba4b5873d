import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const VERSION = '4.32.5';
const PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3'];
const run = promisify(execFile);
const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
const CONFIG = fileURLToPath(new URL('./schemathesis.toml', import.meta.url));

/** The program, from the project's cache; else put there from PyPI, into an environment of its own. */
export async function findSchemathesis(): Promise<string> {
  const folder = path.join(projectRoot, '.cache', `schemathesis-${VERSION}`);
  const program = path.join(folder, 'bin', 'schemathesis');
  if (await runs(program, '--version')) return program; // an environment does not survive that its checkout is moved
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  await run(await findPython(), ['-m', 'venv', folder]);
  await run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
  await run(program, ['--version']);
  return program;
}

async function runs(program: string, ...args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

async function findPython(): Promise<string> {
  for (const name of PYTHONS) {
    if (await runs(name, '-c', 'import sys; sys.exit(sys.version_info < (3, 10))')) return name;
  }
  throw new Error(`schemathesis needs Python 3.10 or newer; tried ${PYTHONS.join(', ')}`);
}

export interface ContractRun {
  readonly as: string;
  readonly seed: number;
  readonly operations: number;
  readonly cases: number;
  /** Different ones, those that docs/reference/conformance.md explains not counted. */
  readonly failures: number;
  /** What kept it from asking at all. */
  readonly errors: number;
  readonly seconds: number;
}

/** All checks in all phases against a running Cairn, over the operations that `only` selects; its words go to our output. */
export async function runSchemathesis(
  program: string,
  at: { api: string; key: string; as: string; seed: number; only: readonly string[]; reports: string },
): Promise<ContractRun> {
  const file = path.join(at.reports, `${at.as}-${at.seed}.json`);
  const args = [
    ['--config-file', CONFIG, 'run', `${at.api}/openapi.json`, '--checks', 'all', '--seed', String(at.seed)],
    ['--header', `Authorization: Bearer ${at.key}`, '--report-json-path', file, ...at.only],
  ].flat();
  // It keeps what it found in a folder beside it, and would ask that first the next time.
  const child = spawn(program, args, { cwd: at.reports, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  const report: Report = JSON.parse(await readFile(file, 'utf8'));
  const { test_cases: cases, operations, errors, running_time: seconds } = report;
  const failures = cases.unique_failures;
  if ((code === 0) !== (failures === 0 && errors.length === 0)) throw new Error(`schemathesis ended with ${code}`);
  const figures = { operations: operations.tested, cases: cases.generated, failures, errors: errors.length };
  return { as: at.as, seed: at.seed, ...figures, seconds: Math.round(seconds) };
}

/** Of its JSON report, what is told on. */
interface Report {
  readonly running_time: number;
  readonly operations: { readonly tested: number };
  readonly test_cases: { readonly generated: number; readonly unique_failures: number };
  readonly errors: readonly unknown[];
}
