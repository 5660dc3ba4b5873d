import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../../../platform/embedded/processes.ts';
import { findTemporalCli } from '../../../../platform/embedded/temporal-cli.ts';
import { environment } from '../../../../platform/environment.ts';
import { projectRoot } from '../../../support/servers.ts';

/** What runs, by its own `dev.json` and secrets. */
export interface Home {
  readonly api: string;
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly codecKeys: string;
  workerPid(): Promise<number>;
  /** `cairn …`, of the code that is running. Throws when it fails. */
  cairn(...args: string[]): Promise<string>;
  /** As Ctrl-C does it. */
  stop(): Promise<void>;
}

/** What `npm start` runs, of the code in `tree`, on a home of its own. */
export async function npmStart(tree: string, home: string, port: number): Promise<Home> {
  const { path: cli } = await findTemporalCli({ projectRoot, env: environment(), log: () => {} });
  const env = {
    PATH: environment().PATH ?? '',
    HOME: home,
    CAIRN_HOME: home,
    PORT: String(port),
    CAIRN_TEMPORAL_CLI: cli,
  };
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/up/main.ts'], { cwd: tree, env, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!said.includes('Cairn is ready')) {
    if (child.exitCode !== null) throw new Error(`npm start ended:\n${said}`);
    await pause(100);
  }
  const dev = await readJson(path.join(home, 'dev.json'));
  const secrets = await readJson(path.join(home, 'secrets.json'));
  return {
    api: String(dev.api),
    apiKey: String(dev.apiKey),
    databaseUrl: String(dev.databaseUrl),
    temporalAddress: String(dev.temporalAddress),
    codecKeys: String(secrets.codecKeys),
    workerPid: async () => Number(Object((await readJson(path.join(home, 'dev.json'))).pids).worker),
    cairn: async (...args) => {
      const { ok, stdout, problem } = await run(process.execPath, ['cli/cairn.mjs', ...args], { cwd: tree, env });
      if (!ok) throw new Error(`cairn ${args.join(' ')}: ${problem} ${stdout}`);
      return stdout;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  return Object(JSON.parse(await readFile(file, 'utf8')));
}
