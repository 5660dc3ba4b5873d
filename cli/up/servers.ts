import { createDatabase } from '../../db/create-database.ts';
import { ensurePostgres } from '../../platform/embedded/postgres.ts';
import { startTemporal, stopLeftOverTemporal } from '../../platform/embedded/temporal.ts';
import { findTemporalCli } from '../../platform/embedded/temporal-cli.ts';
import { choosePorts, type HomePorts, rememberPorts } from './home-ports.ts';
import type { UpOptions } from './options.ts';
import type { Say } from './progress.ts';
import type { Secrets } from './secrets.ts';
import { LAYERS, type Stack } from './stack.ts';
import { type FakeStripe, stripeFor } from './stripe.ts';

export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | undefined;
  /** Undefined where the environment has a key of the real one. */
  readonly stripe: FakeStripe | undefined;
}

/** Postgres, Temporal and a fake Stripe side by side: those that the environment names, or this home's own. */
export async function startServers(options: UpOptions, secrets: Secrets, stack: Stack, say: Say): Promise<Servers> {
  await stopLeftOverTemporal(options.home, say);
  const ports = await choosePorts(options.home, options.port);
  const [postgres, temporal, stripe] = await Promise.all([
    postgresFor(options, ports, stack, say),
    temporalFor(options, secrets, ports, stack, say),
    stripeFor(options, secrets, ports, stack, say),
  ]);
  await rememberPorts(options.home, { ...ports, postgres: postgres.port });
  return { databaseUrl: postgres.databaseUrl, temporalAddress: temporal.address, temporalUi: temporal.uiUrl, stripe };
}

async function postgresFor(options: UpOptions, ports: HomePorts, stack: Stack, say: Say) {
  if (options.databaseUrl !== undefined) {
    say('Postgres: the one that DATABASE_URL names');
    return { databaseUrl: options.databaseUrl, port: ports.postgres };
  }
  let { postgres: port } = ports;
  const postgres = await stack.keep('postgres', LAYERS.postgres, async () => {
    const { home, postgres: flavour, env } = options;
    const { PATH: searchPath = '' } = env;
    const running = await ensurePostgres({ home, port, flavour, durable: true, searchPath, createDatabase, log: say });
    port = running.port; // an adopted one has its own, and a restart must come back where everybody looks
    return running;
  });
  const origin = postgres.adopted ? 'found running, adopted' : postgres.binaries;
  say(`Postgres ${postgres.major} (${origin}) on port ${postgres.port}`);
  return postgres;
}

async function temporalFor(options: UpOptions, secrets: Secrets, ports: HomePorts, stack: Stack, say: Say) {
  if (options.temporalAddress !== undefined) {
    say(`Temporal: the one at ${options.temporalAddress}, as CAIRN_TEMPORAL_ADDRESS says`);
    return { address: options.temporalAddress, uiUrl: options.temporalUi };
  }
  const cli = await findTemporalCli({ projectRoot: options.projectRoot, env: options.env, log: say });
  const temporal = await stack.keep('temporal', LAYERS.temporal, () =>
    startTemporal({
      cli: cli.path,
      home: options.home,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      namespace: options.temporalNamespace,
      codecEndpoint: `${options.url}/codec/${options.env.CAIRN_CODEC_UI_TOKEN ?? secrets.codecUiToken}`,
      log: say,
    }),
  );
  say(`Temporal (${cli.how}) on port ${ports.temporal}`);
  return temporal;
}
