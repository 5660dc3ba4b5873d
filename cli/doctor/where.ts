import path from 'node:path';
import { environment } from '../../platform/environment.ts';
import { parseStripeUrl, type StripeAddress } from '../../platform/stripe-settings.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import { type DevHome, databaseUrl, readDevHome, temporalAddress, UsageError } from '../settings.ts';
import { codecKeysHere } from '../temporal.ts';

/** Where the installation is that is to be looked at. */
export interface Where {
  /** How it is run: decides which names of processes are told. */
  readonly runBy: 'npm start' | 'docker compose';
  readonly api: string;
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** Schedules are sealed with them; without keys nothing can be told of those. */
  readonly codecKeys: CodecKeyring | undefined;
  readonly blobDir: string | undefined;
  /** The map matcher, where one is configured. */
  readonly valhallaUrl?: string;
  /** How Stripe is asked, where a key is set, and where it should deliver. */
  readonly stripe?: {
    readonly apiKey: string;
    readonly address?: StripeAddress | undefined;
    readonly publicUrl: string | undefined;
  };
}

/** From the environment, as production has it; else from a running `npm start`. Throws `UsageError` where there is neither. */
export async function findWhere(options: { api?: string }): Promise<Where> {
  const {
    DATABASE_URL,
    CAIRN_BLOB_DIR,
    CAIRN_HOME = '.cairn',
    CAIRN_HOST,
    PORT = '3000',
    CAIRN_VALHALLA_URL,
  } = environment();
  const dev = await orNone(readDevHome());
  const isDev = dev !== undefined && (!DATABASE_URL || DATABASE_URL === dev.databaseUrl);
  const host = CAIRN_HOST && !['0.0.0.0', '::'].includes(CAIRN_HOST) ? CAIRN_HOST : '127.0.0.1';
  return {
    runBy: isDev ? 'npm start' : 'docker compose',
    api: httpUrl(options.api ?? (isDev ? dev.api : `http://${host}:${PORT}`)),
    databaseUrl: await databaseUrl(),
    temporal: await temporalAddress(),
    codecKeys: await orNone(codecKeysHere()),
    blobDir: CAIRN_BLOB_DIR || (isDev ? path.join(path.resolve(CAIRN_HOME), 'blobs') : undefined),
    ...(CAIRN_VALHALLA_URL && { valhallaUrl: httpUrl(CAIRN_VALHALLA_URL) }),
    ...stripeOf(isDev ? dev : undefined),
  };
}

/** Of the environment; else the fake of `npm start`, which delivers to this very machine. */
function stripeOf(dev: DevHome | undefined): Pick<Where, 'stripe'> {
  const { CAIRN_STRIPE_API_KEY: apiKey, CAIRN_STRIPE_API_URL: elsewhere, CAIRN_PUBLIC_URL } = environment();
  const publicUrl = CAIRN_PUBLIC_URL ? httpUrl(CAIRN_PUBLIC_URL) : undefined;
  if (apiKey) return { stripe: { apiKey, publicUrl, address: elsewhere ? parseStripeUrl(elsewhere) : undefined } };
  if (!dev?.stripe) return {};
  const { apiKey: key, url } = dev.stripe;
  return { stripe: { apiKey: key, publicUrl: publicUrl ?? dev.api, address: parseStripeUrl(url) } };
}

/** What is not set is told where it is missed, beside all that can be told without it. */
async function orNone<Setting>(setting: Promise<Setting>): Promise<Setting | undefined> {
  return setting.catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new UsageError(`${text} is no http(s) address`);
  return text.replace(/\/$/, '');
}
