import { stat } from 'node:fs/promises';
import { run } from './processes.ts';
import { SetupError } from './setup-error.ts';

/** Who a server runs as; `ids` is empty when that is simply who we are. */
export interface Account {
  readonly name: string;
  readonly ids: { readonly uid?: number; readonly gid?: number };
}

/**
 * PostgreSQL refuses to run as root, so root hands it to the owner of an existing data folder, else to `postgres`,
 * else to `nobody`. Anybody else runs it as themselves, and only on a data folder of their own.
 */
export async function accountFor(dataFolder: string): Promise<Account> {
  const me = process.getuid?.();
  const owner = await stat(dataFolder).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0 && owner.uid !== me && me !== 0) {
    throw new SetupError(
      `The database in ${dataFolder} belongs to user id ${owner.uid}, and you are ${me}. ` +
        'Start Cairn as that user, or give it another folder with CAIRN_HOME.',
    );
  }
  if (me !== 0) return { name: 'you', ids: {} };
  if (owner !== undefined && owner.uid !== 0) {
    return { name: `user id ${owner.uid}`, ids: { uid: owner.uid, gid: owner.gid } };
  }
  for (const name of ['postgres', 'nobody']) {
    const ids = await idsOf(name);
    if (ids !== undefined) return { name, ids };
  }
  throw new SetupError('PostgreSQL cannot run as root, and this system has neither a user "postgres" nor "nobody".');
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const [user, group] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  const ids = { uid: Number(user.stdout), gid: Number(group.stdout) };
  return user.ok && group.ok && ids.uid > 0 ? ids : undefined;
}

/** Whether the account can enter and write there: one closed parent on the way is enough to say no. */
export async function canWrite(account: Account, folder: string): Promise<boolean> {
  return (await run('test', ['-w', folder], { ...account.ids, cwd: '/' })).ok;
}
