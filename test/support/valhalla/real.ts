import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll } from 'vitest';
import { testHome } from '../servers.ts';
import { startValhalla, type Valhalla } from './start.ts';

export interface RealValhalla {
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** On the same address, with its map built anew. */
  start(): Promise<void>;
}

/** A real Valhalla of this file's own; undefined where no Python can run it. At the top of a test file only. */
export async function realValhalla(): Promise<RealValhalla | undefined> {
  const root = await testHome('cairn-valhalla-');
  const begin = (home: string, port?: number) => startValhalla({ home, ...(port && { port }) });
  const first = await begin(path.join(root, '0'));
  if (first === undefined) console.warn('skipped: no Python 3.12 or newer, so no real Valhalla');
  let now: Valhalla | undefined = first;
  let starts = 0;
  afterAll(async () => {
    await now?.stop();
    await rm(root, { recursive: true, force: true });
  });
  return (
    first && {
      url: first.url,
      kill: async () => {
        if (now) process.kill(now.pid, 'SIGKILL');
        await now?.ended;
      },
      start: async () => {
        now = await begin(path.join(root, String(++starts)), Number(new URL(first.url).port));
      },
    }
  );
}
