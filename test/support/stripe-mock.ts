import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../platform/embedded/ports.ts';
import { environment } from '../../platform/environment.ts';
import { projectRoot } from './servers.ts';

const VERSION = '0.203.0';
const folder = path.join(projectRoot, '.cache', `stripe-mock-${VERSION}`);
const program = path.join(folder, 'stripe-mock');

/**
 * Stripe's own mock, which knows no state and refuses every parameter that its API does not have: from the project's cache, or in CI
 * built by the Go tool chain. Undefined where there is neither, and the tests that need it are skipped; with a tool chain that fails
 * it throws, so that CI does not go without it unnoticed.
 */
export async function findStripeMock(): Promise<string | undefined> {
  if (existsSync(program)) return program;
  const { CI, PATH = '', HOME = '', GOPROXY, GOFLAGS } = environment();
  const hasGo = PATH.split(path.delimiter).some((where) => existsSync(path.join(where, 'go')));
  if (!CI || !hasGo) {
    console.log(
      `stripe-mock is not here: ${CI ? 'there is no Go to build it' : 'only CI builds it'}; its tests are skipped`,
    );
    return undefined;
  }
  await mkdir(folder, { recursive: true });
  const env = { PATH, HOME, GOBIN: folder, ...(GOPROXY && { GOPROXY }), ...(GOFLAGS && { GOFLAGS }) };
  await promisify(execFile)('go', ['install', `github.com/stripe/stripe-mock@v${VERSION}`], { env });
  return program;
}

export interface StripeMock {
  readonly port: number;
  stop(): Promise<void>;
}

/** On loopback alone: without an address for it, it would listen for https on all interfaces as well. */
export async function startStripeMock(file: string): Promise<StripeMock> {
  const [port, https] = [await freePort(), await freePort()];
  const child = spawn(file, ['-http-addr', `127.0.0.1:${port}`, '-https-addr', `127.0.0.1:${https}`], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const isUp = () =>
    new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error(`stripe-mock ended with ${child.exitCode}`);
    await sleep(50);
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { port, stop };
}
