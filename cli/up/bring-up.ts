import { join } from 'node:path';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { migrate } from '../../db/migrate.ts';
import { connect, type Pool } from '../../db/pool.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { registerSearchAttributes } from '../../platform/temporal/search-attributes.ts';
import { applySchedules } from '../../schedules/apply.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { DEV_WEBHOOK_TARGETS } from '../webhooks/targets.ts';
import { publishDevFile, removeDevFile } from './dev-file.ts';
import { startNodeProcess } from './node-process.ts';
import type { UpOptions } from './options.ts';
import type { Say } from './progress.ts';
import { untilApiReady, untilWorkerLives } from './readiness.ts';
import { processSample } from './sample.ts';
import { type Keys, keysOf, type Secrets, secretsOf } from './secrets.ts';
import { type Servers, startServers } from './servers.ts';
import { LAYERS, type Stack } from './stack.ts';

/** From an empty folder to a processed recording; every step says itself, and may find its work done already. */
export async function bringUp(options: UpOptions, stack: Stack, say: Say): Promise<void> {
  await removeDevFile(options.home);
  const secrets = await secretsOf(options.home);
  const servers = await startServers(options, secrets, stack, say);
  const keys = await prepare(options, servers, secrets, say);
  await startProcesses(options, servers, secrets, stack, say);
  await publishDevFile({ options, servers, secrets, keys, stack });
  await processSample(options, servers, keys, say);
  say(
    [
      'Cairn is ready. Ctrl-C stops it.',
      `API            ${options.url}`,
      `documentation  ${options.url}/docs`,
      `Temporal       ${servers.temporalUi ?? servers.temporalAddress}`,
      `schedules      ${SCHEDULE_IDS.length}; did they run? npm run cairn -- schedules status`,
      servers.stripe
        ? `Stripe         a fake one; npm run cairn -- stripe send life (or --list)`
        : 'Stripe         the one of CAIRN_STRIPE_API_KEY',
      `keys, addresses, pids: ${join(options.home, 'dev.json')}; logs: ${join(options.home, 'logs')}`,
    ].join('\n'),
  );
}

async function prepare(options: UpOptions, servers: Servers, secrets: Secrets, say: Say): Promise<Keys> {
  const [applied] = await Promise.all([
    migrate(servers.databaseUrl),
    registerSearchAttributes({ address: servers.temporalAddress, namespace: options.temporalNamespace }),
  ]);
  const db = connect(servers.databaseUrl, { max: 1 });
  try {
    const keys = await keysOf(options.home, db);
    const schedules = await prepareSchedules(options, servers, secrets, db);
    say(`database and Temporal prepared (${applied.length} migrations applied, ${schedules} schedules as declared)`);
    return keys;
  } finally {
    await db.end();
  }
}

/** With the codec keys that the processes will get. Returns how many there are. */
async function prepareSchedules(options: UpOptions, servers: Servers, secrets: Secrets, db: Pool): Promise<number> {
  const codecKeys = parseCodecKeys(options.env.CAIRN_CODEC_KEYS ?? secrets.codecKeys);
  const client = temporalClient({ address: servers.temporalAddress, namespace: options.temporalNamespace, codecKeys });
  try {
    await applySchedules({ db, client, manifest: MANIFEST, sealingKey: codecKeys.current });
    return SCHEDULE_IDS.length;
  } finally {
    await client.connection.close();
  }
}

async function startProcesses(
  options: UpOptions,
  servers: Servers,
  secrets: Secrets,
  stack: Stack,
  say: Say,
): Promise<void> {
  const env = settingsFor(options, servers, secrets);
  const start = (name: string, entry: string) =>
    stack.keep(name, LAYERS.processes, () => startNodeProcess(name, entry, options, env, say));
  const [api, worker] = await Promise.all([start('api', 'api/main.ts'), start('worker', 'workers/main.ts')]);
  await Promise.all([
    untilApiReady(options, api).then(() => say(`API ready on ${options.url}`)),
    untilWorkerLives(options, servers, worker).then(() => say('worker ready')),
  ]);
}

/** What the environment sets goes before what we would choose, as in production. */
function settingsFor(options: UpOptions, servers: Servers, secrets: Secrets): Readonly<Record<string, string>> {
  return {
    CAIRN_TEMPORAL_NAMESPACE: options.temporalNamespace,
    CAIRN_CODEC_KEYS: secrets.codecKeys,
    CAIRN_CODEC_UI_TOKEN: secrets.codecUiToken,
    CAIRN_BLOB_DIR: join(options.home, 'blobs'),
    CAIRN_HOST: options.host,
    PORT: String(options.port),
    CAIRN_API_URL: options.url,
    CAIRN_WEBHOOK_TARGETS: DEV_WEBHOOK_TARGETS,
    DATABASE_URL: servers.databaseUrl,
    CAIRN_TEMPORAL_ADDRESS: servers.temporalAddress,
    ...servers.stripe?.settings,
    ...(servers.temporalUi === undefined ? {} : { CAIRN_TEMPORAL_UI_URL: servers.temporalUi }),
    ...options.env,
  };
}
