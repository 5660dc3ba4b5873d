import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from '../../db/pool.ts';
import { createKey, keyWorks } from '../keys.ts';
import { readJson, writeJson } from './files.ts';

/** Random per home, made once. */
export interface Secrets {
  /** `<key id>:<32 bytes base64>`, as CAIRN_CODEC_KEYS wants it. */
  readonly codecKeys: string;
  readonly codecUiToken: string;
  readonly stripeWebhookSecret: string;
}

export interface Keys {
  readonly apiKey: string;
  readonly operatorKey: string;
}

export async function secretsOf(home: string): Promise<Secrets> {
  const file = join(home, 'secrets.json');
  const known = await readJson(file, isText);
  const secrets = {
    codecKeys: known.codecKeys ?? `dev-${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`,
    codecUiToken: known.codecUiToken ?? randomBytes(24).toString('base64url'),
    stripeWebhookSecret: known.stripeWebhookSecret ?? `whsec_${randomBytes(24).toString('base64')}`,
  };
  await writeJson(file, { ...known, ...secrets });
  return secrets;
}

/** The remembered keys while this database knows them, else new ones: the home may have been given another database. */
export async function keysOf(home: string, db: Pool): Promise<Keys> {
  const file = join(home, 'secrets.json');
  const known = await readJson(file, isText);
  const remembered = async (key: string | undefined, make: () => Promise<{ key: string }>): Promise<string> =>
    key !== undefined && (await keyWorks(db, key)) ? key : (await make()).key;
  const keys = {
    apiKey: await remembered(known.apiKey, () =>
      createKey(db, { kind: 'account', accountExternalId: 'dev', name: 'npm start' }),
    ),
    operatorKey: await remembered(known.operatorKey, () => createKey(db, { kind: 'operator', name: 'npm start' })),
  };
  await writeJson(file, { ...known, ...keys });
  return keys;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
