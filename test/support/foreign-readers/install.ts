import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Folder, installed } from './installed.ts';

/** A language whose readers are there, or why not. */
export type Installed = { readonly command: readonly string[] } | { readonly missing: string };

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** All three at once took 28 s from empty caches on 2 cores; a registry that is away shall not hold the tests up. */
const MOST_MS = 55_000;
const NPM_PACKAGES = ['@tmcw/togeojson@7.1.3', '@xmldom/xmldom@0.9.8', '@placemarkio/check-geojson@0.1.14'];

/**
 * Other people's readers of GPX, FIT and GeoJSON, exactly pinned, from the registries of their languages: once per
 * version into `.cache/`, not into our dependencies. A registry or language that is not there is named, never a failure.
 */
export async function installForeignReaders(): Promise<Readonly<Record<'npm' | 'python' | 'go', Installed>>> {
  const [npm, python, go] = await Promise.all([
    installed('npm', NPM_PACKAGES.join(), async (folder) => {
      await writeFile(path.join(folder, 'package.json'), '{"private":true}');
      const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
      await run('npm', ['install', ...quiet, ...NPM_PACKAGES], { cwd: folder, timeout: MOST_MS });
    }),
    installed('python', await textOf('requirements.txt'), async (folder) => {
      const packages = ['--target', path.join(folder, 'packages'), '-r', path.join(HERE, 'requirements.txt')];
      await run('python3', ['-m', 'pip', 'install', '--quiet', ...packages], { timeout: MOST_MS });
    }),
    installed('go', (await textOf('go.sum')) + (await textOf('main.go')), async (folder) => {
      for (const name of ['go.mod', 'go.sum', 'main.go'])
        await copyFile(path.join(HERE, name), path.join(folder, name));
      await run('go', ['build', '-o', 'readers', '.'], { cwd: folder, timeout: MOST_MS });
    }),
  ]);
  return {
    npm: commandOf(npm, (folder) => [process.execPath, path.join(HERE, 'read.mjs'), folder]),
    python: commandOf(python, (folder) => [
      ...['env', `PYTHONPATH=${path.join(folder, 'packages')}`],
      ...['python3', path.join(HERE, 'read.py')],
    ]),
    go: commandOf(go, (folder) => [path.join(folder, 'readers')]),
  };
}

function commandOf(found: Folder, command: (folder: string) => string[]): Installed {
  return 'folder' in found ? { command: command(found.folder) } : found;
}

function textOf(name: string): Promise<string> {
  return readFile(path.join(HERE, name), 'utf8');
}
