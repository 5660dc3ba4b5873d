import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../../platform/embedded/processes.ts';
import { environment } from '../../../platform/environment.ts';

/** What deploy/Dockerfile says of every container of our image. */
export interface Image {
  /** Options of Node, before those of the command. */
  readonly nodeOptions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export function readImage(tree: string, build: string): Image {
  const text = readFileSync(path.join(tree, 'deploy', 'Dockerfile'), 'utf8');
  const entrypoint = /^ENTRYPOINT (\[.+\])$/m.exec(text)?.[1] ?? '[]';
  const words: readonly string[] = JSON.parse(entrypoint);
  const node = words.indexOf('node');
  if (node < 0) throw new Error(`the image begins with no node: ${entrypoint}`);
  const variables = /^ENV (.+)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const entries = variables.map((variable) => variable.split('=')).map(([name = '', value = '']) => [name, value]);
  const environment = Object.fromEntries(entries.map(([name, value]) => [name, value?.replace('$GIT_SHA', build)]));
  return { nodeOptions: words.slice(node + 1), environment };
}

/** What the image runs: dist/ as `npm run build` makes it, made again when a source is younger. */
export async function ensureBuilt(tree: string, say: (what: string) => void): Promise<void> {
  const made = await stat(path.join(tree, 'dist', 'workers', 'workflow-bundle.js')).catch(() => undefined);
  if (made && made.mtimeMs > (await youngestSource(tree))) return;
  say('building dist/');
  const { ok, problem, stdout } = await run(process.execPath, ['deploy/build.mjs'], { cwd: tree, env: environment() });
  if (!ok) throw new Error(`the build failed: ${problem}\n${stdout}`);
}

async function youngestSource(tree: string): Promise<number> {
  const { include } = JSON.parse(readFileSync(path.join(tree, 'tsconfig.build.json'), 'utf8'));
  const rooms: readonly string[] = include;
  const files = await Promise.all(
    [...rooms, 'deploy'].map(async (room) => {
      const entries = await readdir(path.join(tree, room), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
    }),
  );
  const times = await Promise.all(
    [...files.flat(), path.join(tree, 'package-lock.json')].map(async (file) => (await stat(file)).mtimeMs),
  );
  return times.reduce((youngest, time) => Math.max(youngest, time), 0);
}
