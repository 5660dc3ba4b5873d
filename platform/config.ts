import { isIP } from 'node:net';
import type { BillingRules } from '../contracts/plans.ts';
import type { ScheduleId } from '../contracts/schedules.ts';
import { type Environment, optional, readSettings, secret, setting } from './settings.ts';
import {
  parseForgedPerMinute,
  parseGraceDays,
  parsePlans,
  parseStripeUrl,
  parseWebhookSecrets,
  type StripeAddress,
  stripeProblems,
} from './stripe-settings.ts';
import { type CodecKeyring, parseCodecKeys } from './temporal/keyring.ts';
import { between, WORKER_SETTINGS, type WorkerSettings, workerSettingsOf } from './worker-settings.ts';

/** Everything a Cairn process is told from outside, read and checked once, as a whole. */
export interface Config {
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly uiUrl: string | undefined };
  readonly codecKeys: CodecKeyring;
  /** What the Temporal Web UI proves itself with at the codec endpoint; without it there is no endpoint. */
  readonly codecUiToken: string | undefined;
  readonly blobDir: string;
  /** The map matcher; without it tracks have no way types. */
  readonly valhalla: { readonly url: string; readonly region: string; readonly timeoutMs: number } | undefined;
  /** What Cairn acts at Stripe with; without it what is to be done there waits. */
  readonly stripeApiKey: string | undefined;
  /** Elsewhere than at Stripe, where a fake is; never with a key of live mode. */
  readonly stripeAddress: StripeAddress | undefined;
  /** What Stripe signs its events with, one per endpoint, two while one is rolled; empty: no events are taken. */
  readonly stripeWebhookSecrets: readonly string[];
  /** What Stripe's prices buy here. */
  readonly billing: BillingRules;
  readonly stripeForgedPerMinute: number;
  /** Dead-man monitors, told of each run of a schedule, and of the watchdog's turns. */
  readonly pings: Readonly<Partial<Record<ScheduleId | 'watchdog', string>>>;
  /** Where the worker reaches the API: its canary goes there. */
  readonly apiUrl: string;
  /** Where messages to the site may go besides https to public addresses. */
  readonly webhookTargets: { readonly http: boolean; readonly privateAddresses: boolean };
  readonly host: string;
  readonly port: number;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Whose word is taken for the address of a request. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: string;
  /** Names the code that is running, in stamps and logs. */
  readonly build: string;
  /** Uploads that wait together and go into one workflow, at most; 1: each has its own. */
  readonly uploadBatch: number;
  /** Of worker processes alone. */
  readonly worker: WorkerSettings;
}

/** Throws `ConfigError`, which lists every problem at once. */
export function readConfig(env: Environment): Config {
  const value = readSettings(env, SETTINGS, OTHER_SETTINGS, stripeProblems);
  return {
    databaseUrl: value.DATABASE_URL,
    temporal: {
      address: value.CAIRN_TEMPORAL_ADDRESS,
      namespace: value.CAIRN_TEMPORAL_NAMESPACE,
      uiUrl: value.CAIRN_TEMPORAL_UI_URL,
    },
    codecKeys: value.CAIRN_CODEC_KEYS,
    codecUiToken: value.CAIRN_CODEC_UI_TOKEN,
    blobDir: value.CAIRN_BLOB_DIR,
    valhalla: value.CAIRN_VALHALLA_URL
      ? {
          url: value.CAIRN_VALHALLA_URL,
          region: value.CAIRN_VALHALLA_REGION,
          timeoutMs: value.CAIRN_VALHALLA_TIMEOUT_MS,
        }
      : undefined,
    stripeApiKey: value.CAIRN_STRIPE_API_KEY,
    stripeAddress: value.CAIRN_STRIPE_API_URL,
    stripeWebhookSecrets: value.CAIRN_STRIPE_WEBHOOK_SECRETS ?? [],
    billing: { plans: value.CAIRN_STRIPE_PLANS ?? new Map(), graceDays: value.CAIRN_BILLING_GRACE_DAYS },
    stripeForgedPerMinute: value.CAIRN_STRIPE_FORGED_PER_MINUTE,
    pings: definedOf({
      'stuck-work': value.CAIRN_PING_STUCK_WORK,
      retention: value.CAIRN_PING_RETENTION,
      'coupon-expiry': value.CAIRN_PING_COUPON_EXPIRY,
      canary: value.CAIRN_PING_CANARY,
      'stripe-reconcile': value.CAIRN_PING_STRIPE_RECONCILE,
      'stripe-sweep': value.CAIRN_PING_STRIPE_SWEEP,
      'stripe-verify': value.CAIRN_PING_STRIPE_VERIFY,
      'card-expiry': value.CAIRN_PING_CARD_EXPIRY,
      'trial-watch': value.CAIRN_PING_TRIAL_WATCH,
      'entitlement-sweep': value.CAIRN_PING_ENTITLEMENT_SWEEP,
      watchdog: value.CAIRN_PING_WATCHDOG,
    }),
    apiUrl: value.CAIRN_API_URL,
    webhookTargets: value.CAIRN_WEBHOOK_TARGETS ?? parseWebhookTargets(''),
    host: value.CAIRN_HOST,
    port: value.PORT,
    corsOrigins: value.CAIRN_CORS_ORIGINS ?? [],
    trustedProxies: value.CAIRN_TRUSTED_PROXIES ?? [],
    logLevel: value.CAIRN_LOG_LEVEL,
    build: value.CAIRN_BUILD,
    uploadBatch: value.CAIRN_UPLOAD_BATCH,
    worker: workerSettingsOf(value),
  };
}

/** More make none of them cheaper, and a worker that is killed has that many to begin again. */
const UPLOAD_BATCH = 25;

const ABOUT_PING = 'Dead-man URL (healthchecks protocol) that is told of each run of this schedule.';

export const SETTINGS = {
  DATABASE_URL: secret('Postgres, as postgres://user:password@host:port/name.', postgresUrl),
  CAIRN_TEMPORAL_ADDRESS: setting('Temporal frontend, as host:port.', hostAndPort),
  CAIRN_TEMPORAL_NAMESPACE: setting('Temporal namespace.', text, 'default'),
  CAIRN_TEMPORAL_UI_URL: optional('Where people open the Temporal Web UI; links point there.', httpUrl),
  CAIRN_CODEC_KEYS: secret('Keys of the payload codec, `id:<32 bytes base64>`, the current one first.', parseCodecKeys),
  CAIRN_CODEC_UI_TOKEN: optional('Secret path part of the codec endpoint for the Temporal Web UI.', longSecret, true),
  CAIRN_BLOB_DIR: setting('Folder of the blob store.', text),
  CAIRN_VALHALLA_URL: optional('Valhalla, which finds way types; without it tracks have none.', httpUrl),
  CAIRN_VALHALLA_REGION: setting('Names its map, in tracks and metrics.', regionName, 'default'),
  CAIRN_VALHALLA_TIMEOUT_MS: setting('How long one of its answers may take.', timeoutMs, '15000'),
  CAIRN_STRIPE_API_KEY: optional(
    "Stripe's secret or restricted key (write: promotion codes; read: what its events are about); without it what is to be done there waits.",
    stripeKey,
    true,
  ),
  CAIRN_STRIPE_API_URL: optional('Where a fake Stripe is; for test keys only.', parseStripeUrl),
  CAIRN_STRIPE_WEBHOOK_SECRETS: optional(
    "Signing secrets of Stripe's webhook endpoints, `whsec_…`, separated by commas; without them no events are taken.",
    parseWebhookSecrets,
    true,
  ),
  CAIRN_STRIPE_PLANS: optional(
    'What prices of Stripe buy, as `price_123=premium,price_456=business`; other prices buy nothing here.',
    parsePlans,
  ),
  CAIRN_BILLING_GRACE_DAYS: setting('Days for which a plan goes on that was not paid in time.', parseGraceDays, '7'),
  CAIRN_STRIPE_FORGED_PER_MINUTE: setting(
    "Deliveries to Stripe's address that Stripe has not signed, per minute and address; beyond it 429. Stripe's own do not count.",
    parseForgedPerMinute,
    '300',
  ),
  CAIRN_PING_STUCK_WORK: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_RETENTION: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_COUPON_EXPIRY: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_CANARY: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_STRIPE_RECONCILE: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_STRIPE_SWEEP: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_STRIPE_VERIFY: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_CARD_EXPIRY: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_TRIAL_WATCH: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_ENTITLEMENT_SWEEP: optional(ABOUT_PING, httpUrl, true),
  CAIRN_PING_WATCHDOG: optional('Dead-man URL that the API pings after each look at the schedules.', httpUrl, true),
  CAIRN_API_URL: setting('Where the worker reaches the API, for the canary.', httpUrl, 'http://127.0.0.1:3000'),
  CAIRN_PUBLIC_URL: optional(
    'Where the API is reached from outside: `cairn doctor` looks whether Stripe delivers there.',
    httpUrl,
  ),
  CAIRN_WEBHOOK_TARGETS: optional(
    'Lets messages to the site go elsewhere than to https at public addresses: `http`, `private-addresses`, or both.',
    parseWebhookTargets,
  ),
  CAIRN_HOST: setting('Address to listen on.', text, '127.0.0.1'),
  PORT: setting('Port to listen on.', port, '3000'),
  CAIRN_CORS_ORIGINS: optional('Origins whose pages may call the API from a browser, separated by commas.', origins),
  CAIRN_TRUSTED_PROXIES: optional(
    'Proxies in front of the API, addresses or networks separated by commas: their `X-Forwarded-For` says whose a request is. Without it all requests through a proxy come from one address.',
    proxies,
  ),
  CAIRN_LOG_LEVEL: setting('pino level.', logLevel, 'info'),
  CAIRN_BUILD: setting('Names the running code; set by the release.', text, 'development'),
  CAIRN_UPLOAD_BATCH: setting(
    'Uploads that wait together and go into one workflow, at most; with 1 each has a workflow of its own.',
    between(1, 100),
    String(UPLOAD_BATCH),
  ),
  ...WORKER_SETTINGS,
} as const;

/** Names that belong to the command line and the embedded runtime; known, so that they are not taken for typing errors. */
export const OTHER_SETTINGS = [
  'CAIRN_HOME',
  'CAIRN_TEMPORAL_CLI',
  'CAIRN_TEST_POSTGRES',
  'CAIRN_POSTGRES',
  'CAIRN_VALHALLA_PORT',
];

/** Without the members that are not set. */
function definedOf<Name extends string>(
  all: Readonly<Record<Name, string | undefined>>,
): Partial<Record<Name, string>> {
  const set: Partial<Record<Name, string>> = {};
  for (const name in all) if (all[name] !== undefined) set[name] = all[name];
  return set;
}

function text(value: string): string {
  return value;
}

function port(value: string): number {
  const number = Number(value);
  if (!/^\d{1,5}$/.test(value) || number < 1 || number > 65_535) throw new Error('must be a port, 1 to 65535');
  return number;
}

function hostAndPort(value: string): string {
  const [, portText = ''] = /^[^\s/:]+:(\d{1,5})$/.exec(value) ?? [];
  if (Number(portText) < 1 || Number(portText) > 65_535) throw new Error('must be host:port');
  return value;
}

function httpUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new Error('must be an http(s) URL');
  return value.replace(/\/$/, '');
}

function regionName(value: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(value)) throw new Error('must be 1 to 32 of a-z 0-9 -');
  return value;
}

/** Shorter than a stopping worker waits for its steps. */
function timeoutMs(value: string): number {
  const number = Number(value);
  if (!/^\d{3,5}$/.test(value) || number > 18_000) throw new Error('must be milliseconds, 100 to 18000');
  return number;
}

function proxies(value: string): readonly string[] {
  const all = value.split(',').map((one) => one.trim());
  const isOne = (text: string) => isIP(text.replace(/\/\d{1,3}$/, '')) !== 0;
  if (!all.every(isOne)) throw new Error('must be addresses or networks such as 10.0.0.0/8, separated by commas');
  return all;
}

function origins(value: string): readonly string[] {
  const all = value.split(',').map((origin) => origin.trim());
  const isOrigin = (text: string) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
  if (!all.every(isOrigin)) throw new Error('must be origins, each scheme, host and port alone, separated by commas');
  return all;
}

/** Also of an environment that is not read as a whole, by the command line. */
export function parseWebhookTargets(value: string): Config['webhookTargets'] {
  const words = value.split(',').flatMap((word) => word.trim() || []);
  if (!words.every((word) => word === 'http' || word === 'private-addresses')) {
    throw new Error('must be `http`, `private-addresses`, or both, separated by a comma');
  }
  return { http: words.includes('http'), privateAddresses: words.includes('private-addresses') };
}

function postgresUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'postgres:' && url?.protocol !== 'postgresql:') throw new Error('must be a postgres:// URL');
  return value;
}

/** Publishable keys may do nothing that Cairn does. */
function stripeKey(value: string): string {
  if (!/^[sr]k_(?:test|live)_\w{16,}$/.test(value)) throw new Error('must be a key that begins with sk_ or rk_');
  return value;
}

function longSecret(value: string): string {
  if (!/^[\w-]{24,}$/.test(value)) throw new Error('must be at least 24 characters of A-Z a-z 0-9 _ -');
  return value;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function logLevel(value: string): string {
  if (!LOG_LEVELS.includes(value)) throw new Error(`must be one of ${LOG_LEVELS.join(', ')}`);
  return value;
}
