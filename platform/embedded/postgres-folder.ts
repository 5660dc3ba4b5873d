import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, accountFor, canWrite } from './account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { run } from './processes.ts';
import { SetupError } from './setup-error.ts';

/** The superuser of every embedded database. */
export const POSTGRES_USER = 'cairn';

/**
 * Root only, for homes that PostgreSQL's account cannot reach. Not the system's variable temp folder: systemd empties
 * that of what nobody touched for 30 days, and this is somebody's data.
 */
const OUTSIDE = '/var/lib/cairn';

export interface DataFolder {
  readonly path: string;
  readonly account: Account;
  /** Release that made it; undefined when there is nothing in it yet. */
  readonly major: number | undefined;
}

/** Where this home's database lies, or will lie: in the home, or outside with a pointer left in the home. */
export async function locateData(home: string): Promise<DataFolder> {
  const inside = join(home, 'postgres');
  const path = (await exists(inside)) ? inside : ((await pointedAt(home)) ?? inside);
  const account = await accountFor(path);
  const major = await majorOf(path);
  if (major !== undefined) {
    if (await canWrite(account, path)) return { path, account, major };
    throw new SetupError(`The database in ${path} cannot be reached by ${account.name}: a folder above it is closed.`);
  }
  const reachable = account.ids.uid === undefined || (await reaches(account, home));
  return { path: reachable ? inside : await placeOutside(home), account, major };
}

async function reaches(account: Account, home: string): Promise<boolean> {
  const probe = await mkdtemp(join(home, 'reach-'));
  await giveTo(account, probe);
  const answer = await canWrite(account, probe);
  await rm(probe, { recursive: true });
  return answer;
}

/** A copied home must not share its original's database, a moved one keeps it: the folder remembers whose it is. */
async function pointedAt(home: string): Promise<string | undefined> {
  const pointer = await readFile(join(home, 'postgres-is-at'), 'utf8').catch(() => undefined);
  if (pointer === undefined) return undefined;
  const folder = pointer.trim();
  const owner = await readFile(join(folder, 'belongs-to'), 'utf8').catch(() => undefined);
  if (owner === undefined) return undefined;
  const mine = await realpath(home);
  if (owner.trim() !== mine && (await exists(owner.trim()))) return undefined;
  await writeFile(join(folder, 'belongs-to'), `${mine}\n`);
  return join(folder, 'postgres');
}

async function placeOutside(home: string): Promise<string> {
  const known = await pointedAt(home);
  if (known !== undefined) return known;
  await mkdir(OUTSIDE, { recursive: true, mode: 0o755 });
  const folder = await mkdtemp(join(OUTSIDE, 'home-'));
  await chmod(folder, 0o711);
  await writeFile(join(folder, 'belongs-to'), `${await realpath(home)}\n`);
  await writeFile(join(home, 'postgres-is-at'), `${folder}\n`);
  return join(folder, 'postgres');
}

/** Makes the database next to its final place and renames: a start killed in the middle leaves nothing half-made. */
export async function initialise(data: DataFolder, binaries: PostgresBinaries, password: string): Promise<void> {
  const parent = join(data.path, '..');
  for (const name of await readdir(parent)) {
    if (name.startsWith('postgres.new-')) await rm(join(parent, name), { recursive: true });
  }
  const fresh = await mkdtemp(join(parent, 'postgres.new-'));
  const passwordFile = `${fresh}/password`;
  const folder = `${fresh}/data`;
  await mkdir(folder, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  for (const path of [fresh, folder, passwordFile]) await giveTo(data.account, path);
  // C sorts alike on every system and release; from 17 on there is a C that also knows the case of all letters.
  const locale =
    binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C'];
  const made = await run(
    join(binaries.folder, 'initdb'),
    ['-D', folder, '-U', POSTGRES_USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', ...locale],
    { ...data.account.ids, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, timeoutMs: 120_000 },
  );
  if (!made.ok) throw new SetupError(`initdb could not make a database in ${data.path}: ${made.problem}`);
  await rename(folder, data.path);
  await rm(fresh, { recursive: true });
}

/** One random password per home, readable by its owner alone. A database whose password is lost cannot be opened. */
export async function passwordOf(home: string, data: DataFolder): Promise<string> {
  const file = join(home, 'postgres-password');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  if (data.major !== undefined) {
    throw new SetupError(`${file} is gone, and without it nobody can log in to the database in ${data.path}.`);
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}

async function majorOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

async function giveTo(account: Account, path: string): Promise<void> {
  const { uid, gid } = account.ids;
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
