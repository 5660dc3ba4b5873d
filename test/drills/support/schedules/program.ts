import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { FaultMessage } from '../../programs/faulty.ts';

/** One of the drill's own programs as a process. It ends with the drill: its channel closes. */
export interface Program {
  readonly pid: number;
  /** The signal that ended it, or `exit <code>`. */
  readonly ended: Promise<string>;
  isAlive(): boolean;
  tell(message: FaultMessage): void;
  /** kill -9. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  /** Where its code is: this project, or a copy without a fence. */
  readonly tree: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export function startProgram(name: string, { tree, env, logFile }: ProgramOptions): Program {
  const output = openSync(logFile, 'a');
  const child = spawn(process.execPath, programArguments(name), {
    cwd: tree,
    env,
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? `exit ${code}`);
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    ended,
    isAlive,
    tell: (message) => {
      if (child.connected) child.send(message);
    },
    kill: async () => {
      if (isAlive()) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Of a program that ends by itself: what it printed, and its exit code. */
export async function runProgram(
  name: string,
  { tree, env }: Pick<ProgramOptions, 'tree' | 'env'>,
): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, programArguments(name), {
    cwd: tree,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, text };
}

function programArguments(name: string): readonly string[] {
  const program = path.join('test', 'drills', 'programs', `${name}.ts`);
  return ['--import', 'tsx', '--import', './platform/instrument.mjs', program];
}
