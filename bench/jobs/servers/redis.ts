import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort, portAnswers } from '../../../platform/embedded/ports.ts';
import { run } from '../../../platform/embedded/processes.ts';
import { environment } from '../../../platform/environment.ts';
import { peersFolder } from '../peers.ts';
import type { Stage } from '../stage.ts';

/** With an append-only file that is synced every second: without one its jobs are gone with a kill. */
export const REDIS_SETTINGS = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'] as const;

/** Of the system, else the one that `npm run bench:peers` unpacked, whose libraries lie beside it. */
export async function findRedis(): Promise<Redis | undefined> {
  const unpacked = path.join(peersFolder, 'redis', 'usr');
  const places = [
    { file: 'redis-server', libraries: '' },
    { file: path.join(unpacked, 'bin', 'redis-server'), libraries: librariesIn(path.join(unpacked, 'lib')) },
  ];
  for (const place of places) {
    const { ok, stdout } = await run(place.file, ['--version'], { env: environmentFor(place) });
    if (ok) return { ...place, version: /v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim() };
  }
  return undefined;
}

interface Redis {
  readonly file: string;
  readonly libraries: string;
  readonly version: string;
}

export async function startRedis(stage: Stage, redis: Redis): Promise<number> {
  const port = await freePort();
  const folder = path.join(stage.home, 'redis');
  await mkdir(folder);
  const place = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder];
  await stage.start('redis', {
    program: { file: redis.file, args: [...place, ...REDIS_SETTINGS], env: environmentFor(redis), cwd: folder },
    isWell: () => portAnswers(port),
  });
  return port;
}

function environmentFor({ libraries }: { libraries: string }): Record<string, string> {
  return { PATH: environment().PATH ?? '', ...(libraries && { LD_LIBRARY_PATH: libraries }) };
}

function librariesIn(folder: string): string {
  try {
    return readdirSync(folder)
      .map((name) => path.join(folder, name))
      .join(':');
  } catch {
    return '';
  }
}
