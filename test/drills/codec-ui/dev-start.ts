import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../platform/embedded/ports.ts';
import { environment } from '../../../platform/environment.ts';

/** An `npm start` on a new home, as a newcomer has it: with its own Temporal and the Web UI of that. */
export interface DevStart {
  readonly home: string;
  readonly api: string;
  readonly temporalAddress: string;
  readonly temporalUi: string;
  readonly databaseUrl: string;
  readonly codecToken: string;
  stop(): Promise<void>;
}

const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

export async function devStart(): Promise<DevStart> {
  const home = await mkdtemp(path.join(tmpdir(), 'cairn-codec-ui-home-'));
  await chmod(home, 0o711);
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment(), CAIRN_HOME: home, PORT: String(await freePort()) },
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    await rm(home, { recursive: true, force: true });
  };
  try {
    await untilReady(child);
    const dev = JSON.parse(await readFile(path.join(home, 'dev.json'), 'utf8'));
    const secrets = JSON.parse(await readFile(path.join(home, 'secrets.json'), 'utf8'));
    const { api, temporalAddress, temporalUi, databaseUrl } = dev;
    const { codecUiToken: codecToken } = secrets;
    return { home, api, temporalAddress, temporalUi, databaseUrl, codecToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ready is said once the sample recording is processed. What is said later is read too, or the pipe would fill. */
function untilReady({ stdout }: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Cairn is ready')) resolve();
    });
    stdout.once('end', () => reject(new Error(`npm start ended before it was ready:\n${said}`)));
  });
}
