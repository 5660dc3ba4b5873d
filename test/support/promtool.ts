import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../../platform/environment.ts';
import { projectRoot } from './servers.ts';

const run = promisify(execFile);
const cached = path.join(projectRoot, '.cache', 'promtool', 'promtool');

/**
 * Prometheus' own checker: on PATH, from the project's cache, or in CI out of Debian's package, which is unpacked and not
 * installed. Undefined where it is not to be had; the tests that need it are then skipped, and counted as that.
 */
export async function findPromtool(): Promise<string | undefined> {
  const { PATH = '', CI } = environment();
  const onPath = PATH.split(path.delimiter).map((folder) => path.join(folder, 'promtool'));
  const found = [...onPath, cached].find((file) => existsSync(file));
  if (found || !CI) return found;
  return unpackFromDebian().catch((error: unknown) => {
    console.log(`promtool is not to be had here: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return undefined;
  });
}

async function unpackFromDebian(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-promtool-'));
  try {
    await run('apt-get', ['update', '-qq']).catch(() => {}); // only root may; the lists may be there
    await run('apt-get', ['download', 'prometheus'], { cwd: folder });
    const [archive] = await readdir(folder);
    if (!archive) throw new Error('apt-get downloaded nothing');
    await run('dpkg-deb', ['--extract', archive, 'unpacked'], { cwd: folder });
    await mkdir(path.dirname(cached), { recursive: true });
    const part = `${cached}.${process.pid}`;
    await copyFile(path.join(folder, 'unpacked', 'usr', 'bin', 'promtool'), part);
    await rename(part, cached);
    return cached;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
