import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Folder, installed } from '../foreign-readers/installed.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** From an empty cache it took 9 s; a registry that is away shall not hold the tests up. */
const MOST_MS = 55_000;

/** What other people's readers of TCX say of `files`, by name; or why they are not there, which is no failure. */
export async function readWithForeignReaders(
  files: ReadonlyMap<string, string>,
): Promise<{ answers: Record<string, Record<string, unknown>> } | { missing: string }> {
  const readers = await tcxReaders();
  if ('missing' in readers) return readers;
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-tcx-'));
  try {
    for (const [name, text] of files) await writeFile(path.join(folder, name), text);
    const env = { ...process.env, PYTHONPATH: readers.folder };
    const { stdout } = await run('python3', [path.join(HERE, 'read.py'), ...files.keys()], { cwd: folder, env });
    return { answers: JSON.parse(stdout) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tcxReaders(): Promise<Folder> {
  const requirements = path.join(HERE, 'requirements.txt');
  return installed('tcx', await readFile(requirements, 'utf8'), async (folder) => {
    const options = ['--quiet', '--target', folder, '-r', requirements];
    await run('python3', ['-m', 'pip', 'install', ...options], { timeout: MOST_MS });
  });
}
