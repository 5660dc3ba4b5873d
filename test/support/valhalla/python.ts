import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { run } from '../../../platform/embedded/processes.ts';
import { environment } from '../../../platform/environment.ts';

/** The wheel of pyvalhalla is for this one and newer. */
const MINOR_AT_LEAST = 12;
const ASK = 'import sys; print(sys.version_info[0], sys.version_info[1])';

/** A Python that pyvalhalla has a wheel for: on the PATH, or one of pyenv's. Undefined where there is none. */
export async function findPython(): Promise<string | undefined> {
  for (const candidate of [...(await ofPyenv()), 'python3.14', 'python3.13', 'python3.12', 'python3']) {
    const { ok, stdout } = await run(candidate, ['-c', ASK], { timeoutMs: 10_000 });
    const [major, minor] = stdout.trim().split(' ').map(Number);
    if (ok && major === 3 && (minor ?? 0) >= MINOR_AT_LEAST) return candidate;
  }
  return undefined;
}

/** Asked for by their files: a shim of pyenv answers only for the version that is chosen in the folder. */
async function ofPyenv(): Promise<readonly string[]> {
  const versions = path.join(environment().PYENV_ROOT ?? path.join(homedir(), '.pyenv'), 'versions');
  const names = await readdir(versions).catch(() => []);
  return names.filter((name) => /^3\.1[2-9]\b/.test(name)).map((name) => path.join(versions, name, 'bin', 'python3'));
}
