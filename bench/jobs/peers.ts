import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `npm run bench:peers` puts what is measured beside Cairn. */
export const peersFolder = fileURLToPath(new URL('../peers', import.meta.url));

/** The interpreter of the peers that are Python. */
export const peersPython = path.join(peersFolder, 'python', 'bin', 'python');

/** Version of a package that was installed there; undefined when it was not. */
export function peerVersion(name: string): string | undefined {
  const manifest = path.join(peersFolder, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? String(JSON.parse(readFileSync(manifest, 'utf8')).version) : undefined;
}
