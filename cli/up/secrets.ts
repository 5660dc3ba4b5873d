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
  /** Of the fake Stripe: its key, and what it signs its events with. */
  readonly stripeApiKey: string;
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
    stripeApiKey: known.stripeApiKey ?? `sk_test_${letters(48)}`,
    stripeWebhookSecret: isSigningSecret(known.stripeWebhookSecret)
      ? known.stripeWebhookSecret
      : `whsec_${letters(48)}`,
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

/** Letters and digits, as Stripe's own; of 80 random bytes about 105 of them are left. */
function letters(count: number): string {
  return randomBytes(80)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, count);
}

/** Homes of before this was used have one with other characters in it, which no process accepts. */
function isSigningSecret(text: string | undefined): text is string {
  return /^whsec_\w{32,}$/.test(text ?? '');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
