import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../../platform/embedded/processes.ts';

export interface Holder {
  readonly pid: number;
  readonly url: string;
}

export type HomeLock =
  | { readonly held: true; readonly release: () => Promise<void> }
  | { readonly held: false; readonly holder: Holder };

/**
 * One start per home: a socket named by the home's real path, which the system frees whatever way its holder ends.
 * Two at once would run two Temporal servers on one database file. Whoever comes second is told the first's URL.
 */
export async function lockHome(
  home: string,
  mine: { readonly url: string },
  address: string = socketAddress(home, process.platform),
): Promise<HomeLock> {
  for (;;) {
    const release = await listen(address, { pid: process.pid, url: mine.url });
    if (release !== undefined) return { held: true, release };
    const holder = await ask(address);
    if (holder !== undefined) return { held: false, holder };
    // Nobody answers: only a socket file outlives its holder. A holder that just ended leaves nothing to remove.
    if (!address.startsWith('\0')) rmSync(address, { force: true });
  }
}

/** Linux has names that are no files (`\0…`) and vanish with their holder, also across users; elsewhere it is a file. */
export function socketAddress(home: string, platform: NodeJS.Platform): string {
  const name = `cairn-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  return platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
}

async function listen(address: string, holder: Holder): Promise<(() => Promise<void>) | undefined> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(holder));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (errorCode(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(address, () => {
      server.unref();
      resolve(() => new Promise((released) => server.close(() => released())));
    });
  });
}

async function ask(address: string): Promise<Holder | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(address);
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.once('end', () => {
      const { pid, url } = JSON.parse(text);
      resolve({ pid: Number(pid), url: String(url) });
    });
    socket.once('error', (error) =>
      ['ECONNREFUSED', 'ENOENT', 'ECONNRESET'].includes(errorCode(error) ?? '') ? resolve(undefined) : reject(error),
    );
  });
}
