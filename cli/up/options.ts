import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuseBreakingPath } from '../../platform/embedded/paths.ts';
import type { PostgresFlavour } from '../../platform/embedded/postgres-binaries.ts';
import { SetupError } from '../../platform/embedded/setup-error.ts';

export interface UpOptions {
  readonly projectRoot: string;
  /** Absolute, real path of CAIRN_HOME. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** Where this machine reaches the API. */
  readonly url: string;
  readonly postgres: PostgresFlavour;
  /** Set: that database is used, and none is started. */
  readonly databaseUrl: string | undefined;
  /** Set: that Temporal is used, and none is started. */
  readonly temporalAddress: string | undefined;
  readonly temporalUi: string | undefined;
  readonly temporalNamespace: string;
  /** Handed on to everything that is started. */
  readonly env: Readonly<Record<string, string>>;
}

/** Only what `npm start` itself decides by; the API and the worker check the rest of the environment themselves. */
export function readOptions(environment: Readonly<Record<string, string | undefined>>): UpOptions {
  const env = withoutEmpty(environment);
  const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
  const { CAIRN_HOME: home = '.cairn', CAIRN_HOST: host = '127.0.0.1' } = env;
  const port = readPort(env.PORT ?? '3000');
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    projectRoot,
    home: isAbsolute(home) ? home : join(projectRoot, home),
    host,
    port,
    url: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`,
    postgres: readFlavour(env.CAIRN_POSTGRES ?? 'auto'),
    databaseUrl: env.DATABASE_URL,
    temporalAddress: env.CAIRN_TEMPORAL_ADDRESS,
    temporalUi: env.CAIRN_TEMPORAL_UI_URL,
    temporalNamespace: env.CAIRN_TEMPORAL_NAMESPACE ?? 'default',
    env,
  };
}

/**
 * Makes the home if it is not there, and answers the options with its real path. As root, others may pass through it,
 * since PostgreSQL runs as somebody else in there; whatever is secret is a file of mode 0600.
 */
export async function openHome(options: UpOptions): Promise<UpOptions> {
  refuseBreakingPath('The project', options.projectRoot);
  refuseBreakingPath('CAIRN_HOME', options.home);
  const isNew = await stat(options.home).then(
    () => false,
    () => true,
  );
  await mkdir(join(options.home, 'logs'), { recursive: true });
  if (isNew) await chmod(options.home, process.getuid?.() === 0 ? 0o711 : 0o700);
  return { ...options, home: await realpath(options.home) };
}

function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== '') set[name] = value;
  }
  return set;
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new SetupError(`PORT is ${JSON.stringify(text)}; it must be a number from 1 to 65535.`);
}

function readFlavour(text: string): PostgresFlavour {
  if (text === 'auto' || text === 'system' || text === 'embedded') return text;
  throw new SetupError(`CAIRN_POSTGRES is ${JSON.stringify(text)}; it must be auto, system or embedded.`);
}
