import { randomInt } from 'node:crypto';
import net from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * Below the ports that systems hand out by themselves (Linux from 32768, macOS from 49152): a Temporal server takes
 * several of those at its start, and once took the very one that it had been told to use for its Web UI.
 */
const LOWEST = 20_000;
const HIGHEST = 31_999;
const TRIES = 100;

/** A port nobody listens on: `preferred` if it is free, else one at random. */
export async function freePort(preferred?: number): Promise<number> {
  let port = preferred ?? randomInt(LOWEST, HIGHEST);
  for (let tries = 0; tries < TRIES; tries++) {
    if (await portIsFree(port)) return port;
    port = randomInt(LOWEST, HIGHEST);
  }
  throw new Error(`none of ${TRIES} ports from ${LOWEST} to ${HIGHEST} is free`);
}

export async function portIsFree(port: number, host: string = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** Whether somebody accepts TCP connections there. */
export async function portAnswers(port: number, timeoutMs = 500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, LOOPBACK);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
