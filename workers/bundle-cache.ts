import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** All that can be in a bundle: the rooms that workflows may import, how they are bundled, and the packages' versions. */
const SOURCES = ['workflows', 'contracts', 'domain', 'platform/temporal', 'workers/bundle.ts', 'package-lock.json'];
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = path.join(root, '.cache', 'bundles');

/** The bundle of exactly these sources, from the cache or made and kept: bundling was most of a worker's start. */
export async function cachedBundle(bundle: () => Promise<{ code: string }>): Promise<{ codePath: string }> {
  const codePath = path.join(folder, `${await hashOfSources()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundle();
  await mkdir(folder, { recursive: true });
  const temporary = `${codePath}.${process.pid}`;
  await writeFile(temporary, code);
  await rename(temporary, codePath);
  return { codePath };
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    for (const file of await filesUnder(path.join(root, source))) {
      hash.update(path.relative(root, file)).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 24);
}

async function filesUnder(place: string): Promise<readonly string[]> {
  if (path.extname(place) !== '') return [place];
  const names = await readdir(place, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
