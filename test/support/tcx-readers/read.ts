import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../.cache/foreign-readers/', import.meta.url));
/** From an empty cache it took 9 s; a registry that is away shall not hold the tests up. */
const MOST_MS = 55_000;

/** What other people's readers of TCX say of `files`, by name; or why they are not there, which is no failure. */
export async function readWithForeignReaders(
  files: ReadonlyMap<string, string>,
): Promise<{ answers: Record<string, Record<string, unknown>> } | { missing: string }> {
  const packages = await installed().catch((error) => new Error(String(Object(error).stderr || error)));
  if (packages instanceof Error) return { missing: packages.message.slice(-200) };
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-tcx-'));
  try {
    for (const [name, text] of files) await writeFile(path.join(folder, name), text);
    const env = { ...process.env, PYTHONPATH: packages };
    const { stdout } = await run('python3', [path.join(HERE, 'read.py'), ...files.keys()], { cwd: folder, env });
    return { answers: JSON.parse(stdout) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Prepared aside and then renamed: a folder of that name is whole. */
async function installed(): Promise<string> {
  const requirements = path.join(HERE, 'requirements.txt');
  const pins = createHash('sha256')
    .update(await readFile(requirements))
    .update(process.arch)
    .digest('hex');
  const folder = path.join(CACHE, `tcx-${pins.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const aside = `${folder}.${process.pid}`;
  try {
    await mkdir(aside, { recursive: true });
    const options = ['--quiet', '--target', aside, '-r', requirements];
    await run('python3', ['-m', 'pip', 'install', ...options], { timeout: MOST_MS });
    await rename(aside, folder).catch((error) => {
      if (!existsSync(folder)) throw error; // else somebody else was quicker
    });
    return folder;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
