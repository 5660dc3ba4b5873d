import { join } from 'node:path';
import type { HomePorts } from './home-ports.ts';
import { startNodeProcess } from './node-process.ts';
import type { UpOptions } from './options.ts';
import type { Say } from './progress.ts';
import { until } from './readiness.ts';
import type { Secrets } from './secrets.ts';
import { LAYERS, type Stack } from './stack.ts';

/** The fake Stripe of a home, for `cairn stripe send`, and what makes API and worker talk to it. */
export interface FakeStripe {
  readonly url: string;
  readonly apiKey: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** It belongs to the tests, and nothing of the product imports it: it is a program that speaks HTTP, as the real one is. */
const PROGRAM = 'test/support/fake-stripe/programs/serve.ts';
const ASK_TIMEOUT_MS = 2_000;

/** A fake Stripe beside the rest, unless the environment has a key of the real one, or secrets that it would sign with. */
export async function stripeFor(
  options: UpOptions,
  secrets: Secrets,
  ports: HomePorts,
  stack: Stack,
  say: Say,
): Promise<FakeStripe | undefined> {
  const { home, projectRoot, env, url: api } = options;
  if (env.CAIRN_STRIPE_API_KEY !== undefined || env.CAIRN_STRIPE_WEBHOOK_SECRETS !== undefined) {
    say('Stripe: the one of CAIRN_STRIPE_API_KEY; no fake is started');
    return undefined;
  }
  const { stripeApiKey: apiKey, stripeWebhookSecret: secret } = secrets;
  const url = `http://127.0.0.1:${ports.stripe}`;
  const settings = {
    FAKE_STRIPE_PORT: String(ports.stripe),
    FAKE_STRIPE_API_KEY: apiKey,
    FAKE_STRIPE_ENDPOINT: `${api}/v1/webhooks/stripe`,
    FAKE_STRIPE_SECRET: secret,
    FAKE_STRIPE_FILE: join(home, 'fake-stripe.json'),
  };
  await stack.keep('stripe', LAYERS.outside, async () => {
    const fake = await startNodeProcess('stripe', PROGRAM, { home, projectRoot }, settings, say);
    await until('stripe', options, fake, async () => {
      const headers = { authorization: `Bearer ${apiKey}` };
      return (await fetch(`${url}/fake/stories`, { headers, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })).ok;
    });
    return fake;
  });
  say(`Stripe (a fake, for trying things out) on port ${ports.stripe}`);
  return {
    url,
    apiKey,
    settings: {
      CAIRN_STRIPE_API_KEY: apiKey,
      CAIRN_STRIPE_WEBHOOK_SECRETS: secret,
      CAIRN_STRIPE_API_URL: url,
      CAIRN_STRIPE_PLANS: 'price_monthly=premium,price_yearly=business', // the fake's two prices
    },
  };
}
