import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environment } from '../../platform/environment.ts';

const ENTRY = fileURLToPath(new URL('../../cli/cairn.mjs', import.meta.url));

export interface CairnRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `cairn …` as an operator runs it: a process of its own, with these settings and no others. */
export async function cairn(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CairnRun> {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: environment().PATH, CAIRN_HOME: '/nonexistent/home', ...env },
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => {
    text.out += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    text.err += part.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}
