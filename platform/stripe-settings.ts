import { PLANS, type Plan } from '../contracts/plans.ts';
import type { Environment } from './settings.ts';

/**
 * Signing secrets, separated by commas. A weak one would let anybody send events, so there is no way around this, in no environment:
 * tests too have a secret of their own. Throws as `Setting.parse` does.
 */
export function parseWebhookSecrets(value: string): readonly string[] {
  const secrets = value.split(',').map((secret) => secret.trim());
  if (secrets.some((secret) => secret === '')) throw new Error('must not hold an empty secret');
  if (!secrets.every((secret) => /^whsec_\w+$/.test(secret))) throw new Error('must be secrets that begin with whsec_');
  if (secrets.some((secret) => secret.length < CHARACTERS_AT_LEAST)) throw new Error('must not hold a secret so short');
  if (secrets.some(isPlaceholder)) throw new Error('must not hold a secret out of an example');
  if (new Set(secrets).size !== secrets.length) throw new Error('must not hold a secret twice');
  return secrets;
}

/** Stripe's have 38 with the beginning, the ones that its command line makes 70. */
const CHARACTERS_AT_LEAST = 38;

/** Words of examples, and secrets of a few characters over and over: of 32 drawn from 62 fewer than 12 kinds do not happen. */
function isPlaceholder(secret: string): boolean {
  return (
    /example|placeholder|changeme|your_|secret|12345678/i.test(secret.slice(6)) || new Set(secret.slice(6)).size < 12
  );
}

export interface StripeAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
}

/** Throws as `Setting.parse` does. */
export function parseStripeUrl(value: string): StripeAddress {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const protocol = url?.protocol === 'http:' ? 'http' : url?.protocol === 'https:' ? 'https' : undefined;
  if (!url || !protocol || url.pathname !== '/') throw new Error('must be an http(s) URL without a path');
  return { host: url.hostname, port: Number(url.port || (protocol === 'http' ? 80 : 443)), protocol };
}

/** `price=plan`, separated by commas. Throws as `Setting.parse` does. */
export function parsePlans(value: string): ReadonlyMap<string, Plan> {
  const pairs = value.split(',').map((pair) => {
    const [, price = '', name] = /^([\w-]{1,255})=(\w+)$/.exec(pair.trim()) ?? [];
    return { price, plan: BOUGHT.find((plan) => plan === name) };
  });
  const plans = new Map(pairs.flatMap(({ price, plan }) => (plan === undefined ? [] : [[price, plan]])));
  if (!pairs.every(({ plan }) => plan !== undefined)) {
    throw new Error(`must be prices and what they buy, as price_123=premium (${BOUGHT.join(', ')})`);
  }
  if (plans.size !== pairs.length) throw new Error('must not hold a price twice');
  return plans;
}

/** `free` is what everybody has. */
const BOUGHT = PLANS.filter((plan) => plan !== 'free');

/** Throws as `Setting.parse` does. */
export function parseGraceDays(value: string): number {
  if (!/^\d{1,2}$/.test(value)) throw new Error('must be days, 0 to 99');
  return Number(value);
}

/** What is set and blank is a mistake where Stripe is in use: it would turn events away that somebody relies on. */
export function stripeProblems(env: Environment): readonly string[] {
  const key = env.CAIRN_STRIPE_API_KEY?.trim();
  const secrets = env.CAIRN_STRIPE_WEBHOOK_SECRETS;
  if (env.CAIRN_STRIPE_API_URL?.trim() && key && /_live_/.test(key))
    return ['CAIRN_STRIPE_API_URL is set beside a key of live mode, which would be sent there.'];
  if (secrets === undefined) return [];
  if (secrets.trim() === '')
    return key ? ['CAIRN_STRIPE_WEBHOOK_SECRETS is empty; set a secret, or leave it out.'] : [];
  return key ? [] : ['CAIRN_STRIPE_WEBHOOK_SECRETS needs CAIRN_STRIPE_API_KEY, which fetches what events are about.'];
}
