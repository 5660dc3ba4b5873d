import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../../.cache/foreign-readers/', import.meta.url));

/** Where the readers are, or why they are not there. */
export type Folder = { readonly folder: string } | { readonly missing: string };

/** Once per `pins`. Prepared aside and then renamed: a folder of that name is whole. Never throws. */
export async function installed(
  name: string,
  pins: string,
  prepare: (folder: string) => Promise<void>,
): Promise<Folder> {
  const hash = createHash('sha256').update(pins).update(process.arch).digest('hex').slice(0, 16);
  const folder = path.join(CACHE, `${name}-${hash}`);
  if (existsSync(folder)) return { folder };
  const aside = `${folder}.${process.pid}`;
  try {
    await mkdir(aside, { recursive: true });
    await prepare(aside);
    await rename(aside, folder).catch((error) => {
      if (!existsSync(folder)) throw error; // else somebody else was quicker
    });
    return { folder };
  } catch (error) {
    const { stderr = '', message = '' } = Object(error);
    return {
      missing:
        String(stderr || message)
          .trim()
          .split('\n')
          .at(-1)
          ?.slice(0, 200) ?? 'unknown',
    };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
