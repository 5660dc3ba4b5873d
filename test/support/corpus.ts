import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

/** Other people's recordings, where they are at hand: beside the project, never in it. */
export const corpusIsHere = existsSync(CORPUS);

export async function corpusFiles(
  folder: 'gpx' | 'fit' | 'derived',
): Promise<readonly { name: string; bytes: Buffer }[]> {
  const names = (await readdir(path.join(CORPUS, folder))).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(path.join(CORPUS, folder, name)) })));
}
