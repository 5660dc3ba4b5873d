import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from './files.ts';
import type { UpOptions } from './options.ts';
import type { Keys, Secrets } from './secrets.ts';
import type { Servers } from './servers.ts';
import type { Stack } from './stack.ts';

/**
 * `<home>/dev.json`, mode 0600: there while everything runs, for scripts that want to use it. Written again when a
 * process was replaced, removed before anything is stopped. The pid of a server that is not ours is null, and so is the
 * address and the key of a Stripe that is not the fake.
 */
export async function publishDevFile(of: {
  readonly options: UpOptions;
  readonly servers: Servers;
  readonly secrets: Secrets;
  readonly keys: Keys;
  readonly stack: Stack;
}): Promise<void> {
  const { options, servers, secrets, keys, stack } = of;
  const file = fileOf(options.home);
  const publish = (): Promise<void> =>
    writeJson(file, {
      api: options.url,
      ...keys,
      temporalAddress: servers.temporalAddress,
      temporalUi: servers.temporalUi ?? null,
      databaseUrl: servers.databaseUrl,
      stripeWebhookSecret: signingSecret(options, secrets),
      stripeUrl: servers.stripe?.url ?? null,
      stripeApiKey: servers.stripe?.apiKey ?? null,
      pids: {
        api: stack.pidOf('api'),
        worker: stack.pidOf('worker'),
        temporal: stack.pidOf('temporal'),
        postgres: stack.pidOf('postgres'),
        stripe: stack.pidOf('stripe'),
      },
    });
  stack.onRestart(publish);
  stack.beforeStop(() => removeDevFile(options.home));
  await publish();
}

/** What an event is to be signed with so that this API takes it; null where it takes none. */
function signingSecret({ env }: UpOptions, { stripeWebhookSecret }: Secrets): string | null {
  if (env.CAIRN_STRIPE_WEBHOOK_SECRETS !== undefined) return env.CAIRN_STRIPE_WEBHOOK_SECRETS.split(',')[0] ?? null;
  return env.CAIRN_STRIPE_API_KEY === undefined ? stripeWebhookSecret : null;
}

/** Also at the beginning: after a kill an old one lies there and names processes that are gone. */
export async function removeDevFile(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}

function fileOf(home: string): string {
  return join(home, 'dev.json');
}
