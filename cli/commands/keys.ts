import { Command, Option } from 'commander';
import { KEY_KINDS, type KeyKind } from '../../contracts/keys.ts';
import { apiKeysByAge, revokeApiKey } from '../../db/api-keys.ts';
import type { Pool } from '../../db/pool.ts';
import { withDatabase } from '../database.ts';
import { createKey } from '../keys.ts';
import { UsageError } from '../settings.ts';

/** `cairn keys create | list | revoke`. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('Make, list and revoke API keys.');
  keys
    .command('create')
    .description('Make a key. It is shown once: only a hash is kept.')
    .addOption(new Option('--kind <kind>', 'what it may do').choices(KEY_KINDS).makeOptionMandatory())
    .requiredOption('--name <name>', 'what it is for')
    .option('--account <id>', "for account keys: the site's own id of the account")
    .option('--days <days>', 'expires after so many days')
    .option('--json', 'print JSON')
    .action((options: CreateOptions) => withDatabase((db) => create(db, options)));
  keys
    .command('list')
    .description('Every key, without its secret.')
    .option('--json', 'print JSON')
    .action((options: { json?: true }) => withDatabase((db) => list(db, options)));
  keys
    .command('revoke <id>')
    .description('The key stops working at once.')
    .action((id: string) => withDatabase((db) => revoke(db, id)));
  return keys;
}

interface CreateOptions {
  readonly kind: KeyKind;
  readonly name: string;
  readonly account?: string;
  readonly days?: string;
  readonly json?: true;
}

async function create(db: Pool, options: CreateOptions): Promise<void> {
  const { kind, name, account } = options;
  if ((kind === 'account') !== (account !== undefined)) throw new UsageError('--account goes with --kind account');
  if (account !== undefined && !ACCOUNT.test(account)) throw new UsageError('--account must be as headers can name it');
  if (!/^.{1,255}$/.test(name)) throw new UsageError('--name must be 1 to 255 characters');
  const expiresAt = options.days === undefined ? undefined : expiryIn(options.days);
  const { id, key } = await createKey(db, {
    kind,
    name,
    ...(account !== undefined && { accountExternalId: account }),
    ...(expiresAt && { expiresAt }),
  });
  if (options.json) console.log(JSON.stringify({ id, key, kind, expiresAt }));
  else console.log(`${key}\n\nKeep it now: it cannot be shown again. Its id is ${id}.`);
}

/** As api/plugins/authenticate.ts takes it: an account that no site key could name would be lost. */
const ACCOUNT = /^[\x21-\x7e]{1,128}$/;

const DAY_MS = 86_400_000;

function expiryIn(days: string): Date {
  const count = Number(days);
  if (!(count > 0 && count <= 3_650)) throw new UsageError('--days must be 1 to 3650');
  return new Date(Date.now() + count * DAY_MS);
}

async function list(db: Pool, options: { json?: true }): Promise<void> {
  const keys = await apiKeysByAge(db);
  if (options.json) return console.log(JSON.stringify(keys));
  const rows = keys.map(({ id, kind, account, name, createdAt, expiresAt, revokedAt }) => {
    const state = revokedAt ? 'revoked' : expiresAt && expiresAt < new Date() ? 'expired' : 'live';
    return { id, kind, account: account ?? '', name, created: createdAt.toISOString(), state };
  });
  console.table(rows);
}

async function revoke(db: Pool, id: string): Promise<void> {
  if (!(await revokeApiKey(db, id))) throw new UsageError(`there is no live key ${id}`);
  console.log(`${id} is revoked.`);
}
