import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { environment } from '../../../platform/environment.ts';

/** One of test/platform/fixtures as a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly lines: readonly string[];
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** The first line of standard output that `matches`, past or future. Rejects when the process ends without it. */
  line(matches: RegExp): Promise<string>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly imports?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ipc?: boolean;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

export function startFixture(name: string, options: ChildOptions = {}): Child {
  const { args = [], imports = [], env = {}, ipc = false } = options;
  const entry = fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));
  const loaders = ['tsx', ...imports].flatMap((each) => ['--import', each]);
  const child = spawn(process.execPath, [...loaders, entry, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', ...(ipc ? (['ipc'] as const) : [])],
    env: { PATH: environment().PATH, ...env },
  });
  running.add(child);
  const ended = endOf(child).finally(() => running.delete(child));
  const lines = collectLines(child);
  return { process: child, lines, ended, line: (matches) => waitForLine(child, lines, matches, ended) };
}

/** Not `close`: that is never told once the parent has disconnected. */
async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const [[code, signal]] = await Promise.all([once(child, 'exit'), child.stdout && once(child.stdout, 'end')]);
  return code ?? signal;
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  let rest = '';
  child.stdout?.on('data', (text: Buffer) => {
    const parts = (rest + text.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    if (parts.length > 0) child.emit('lines');
  });
  return lines;
}

function waitForLine(
  child: ChildProcess,
  lines: readonly string[],
  matches: RegExp,
  ended: Promise<unknown>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = lines.find((line) => matches.test(line));
      if (found === undefined) return;
      child.off('lines', look);
      resolve(found);
    };
    child.on('lines', look);
    look();
    void ended.then(() => reject(new Error(`the process ended without ${matches}:\n${lines.join('\n')}`)));
  });
}

/** Whether a process of this id is there and is no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
