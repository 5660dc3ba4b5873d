import { spawn } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Running, type StopOrder, stopProcess } from '../../platform/embedded/processes.ts';
import { watchLog } from './log-watch.ts';
import type { UpOptions } from './options.ts';
import type { Say } from './progress.ts';

/** Their own grace (30 s and 40 s) is shorter; the last signal also gets the parsers that they have forked. */
export const NODE_STOP: StopOrder = { first: 'SIGTERM', graceMs: 45_000, last: 'SIGKILL', group: true };
/** A log that has grown beyond this by the next start makes room, and one older one is kept. */
const LOG_BYTES = 20_000_000;

/** Tells `ps`, and the next start after a kill, whose process this is; the program itself does not read it. */
export const homeArgument = (home: string): string => `--home=${home}`;

/**
 * One of our own programs as a process: its own group, so that a Ctrl-C reaches it through us alone, and a channel to
 * us, whose closing tells it that we are gone. Its log is a file, not a pipe, so that it can also log our death. It runs as we do, with
 * TypeScript or built, unless `nodeArguments` says otherwise.
 */
export async function startNodeProcess(
  name: string,
  entry: string,
  options: Pick<UpOptions, 'home' | 'projectRoot'> & { readonly nodeArguments?: readonly string[] },
  env: Readonly<Record<string, string>>,
  say: Say,
): Promise<Running> {
  const logFile = join(options.home, 'logs', `${name}.log`);
  await makeRoom(logFile);
  const output = await open(logFile, 'a', 0o600);
  const stopWatching = watchLog(logFile, (await output.stat()).size, (line) => say(`${name}: ${line}`));
  const preload = pathToFileURL(join(options.projectRoot, 'platform', 'instrument.mjs')).href;
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeArguments ?? process.execArgv),
      '--import',
      preload,
      join(options.projectRoot, entry),
      homeArgument(options.home),
    ],
    { cwd: options.projectRoot, env, detached: true, stdio: ['ignore', output.fd, output.fd, 'ipc'] },
  );
  await output.close();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  void ended.then(stopWatching);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started: ${await ended}`);
  const stop = async (): Promise<void> => {
    await stopProcess(pid, NODE_STOP);
  };
  return { pid, ended, stop, stopOrder: NODE_STOP };
}

async function makeRoom(logFile: string): Promise<void> {
  const found = await stat(logFile).catch(() => undefined);
  if (found !== undefined && found.size > LOG_BYTES) await rename(logFile, `${logFile}.1`);
}
