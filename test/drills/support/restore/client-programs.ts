import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../../../platform/embedded/processes.ts';
import { SetupError } from '../../../../platform/embedded/setup-error.ts';
import { environment } from '../../../../platform/environment.ts';

/** Of the newest PostgreSQL of the system, which is what drills run on too; the embedded one brings no programs of clients. */
export async function findProgram(name: 'pg_dump' | 'pg_restore'): Promise<string> {
  const found = await lookFor(name);
  if (found === undefined) throw new SetupError(`There is no ${name} here: install the client programs of PostgreSQL.`);
  return found;
}

const SYSTEM = '/usr/lib/postgresql';

async function lookFor(name: string): Promise<string | undefined> {
  const releases = await readdir(SYSTEM).catch((): string[] => []);
  const newestFirst = releases
    .filter((release) => /^\d+$/.test(release))
    .sort((one, other) => Number(other) - Number(one));
  for (const file of [...newestFirst.map((release) => path.join(SYSTEM, release, 'bin', name)), name]) {
    if ((await run(file, ['--version'], { env: environment() })).ok) return file;
  }
  return undefined;
}
