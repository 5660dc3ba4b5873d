import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { installForeignReaders } from './install.ts';

/** What a reader says of a file; the shape is its program's. */
export type Answer = Readonly<Record<string, unknown>> & { readonly reader: string };

export interface ForeignAnswers {
  /** What each reader said of a file. */
  of(name: string): readonly Answer[];
  /** Languages that are not there, with the reason. */
  readonly missing: readonly string[];
}

/** Has every foreign reader that can be had read all the files; the format is the end of the name. */
export async function readWithForeignReaders(files: ReadonlyMap<string, Uint8Array>): Promise<ForeignAnswers> {
  const languages = Object.entries(await installForeignReaders());
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-exports-'));
  try {
    const paths = [...files.keys()].map((name) => path.join(folder, name));
    await Promise.all([...files].map(([name, bytes]) => writeFile(path.join(folder, name), bytes)));
    const programs = languages.flatMap(([, found]) => ('command' in found ? [found.command] : []));
    const read = (await Promise.all(programs.map((command) => answersOf(command, paths)))).flat();
    const missing = languages.flatMap(([name, found]) => ('missing' in found ? [`${name}: ${found.missing}`] : []));
    return { of: (name) => read.filter(({ path: file }) => path.basename(String(file)) === name), missing };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answersOf([command = '', ...args]: readonly string[], paths: readonly string[]): Promise<Answer[]> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(paths.join('\n'));
  const ended = once(child, 'close');
  const [out, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const answers = out
    .split('\n')
    .filter(Boolean)
    .map((line): Answer => JSON.parse(line));
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} after ${answers.length} answers: ${errors}`);
  return answers;
}
