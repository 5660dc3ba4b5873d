import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openTemporal } from '../../drills/support/temporal.ts';
import type { Container } from './container.ts';

/** In place of the full server, where there is no Go to build it with: one process on a file, and the namespace `default`. */
export async function startDevServer(home: string): Promise<{ container: Container; address: string }> {
  const folder = path.join(home, 'temporal');
  await mkdir(folder);
  const { address, ...server } = await openTemporal(folder);
  const container: Container = { name: 'temporal', restarts: () => 0, ...server, start: () => server.start() };
  return { container, address };
}
