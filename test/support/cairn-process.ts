import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { environment } from '../../platform/environment.ts';
import type { Stack } from './stack.ts';

export interface CairnProcess {
  readonly child: ChildProcess;
  /** Resolves when it says that it is ready; throws when it ends before. */
  readonly ready: Promise<void>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  log(): string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A real API or worker process on the stack's database, blobs and namespace, as `npm start` runs it. */
export function spawnCairn(
  which: 'api' | 'worker',
  stack: Stack,
  settings: Readonly<Record<string, string>>,
): CairnProcess {
  const entry = which === 'api' ? 'api/main.ts' : 'workers/main.ts';
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', './platform/instrument.mjs', entry], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: environment().PATH,
      DATABASE_URL: stack.url,
      CAIRN_TEMPORAL_NAMESPACE: stack.namespace,
      CAIRN_CODEC_KEYS: codecSetting(stack),
      CAIRN_BLOB_DIR: stack.blobDir,
      ...settings,
    },
  });
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  let log = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      log += text.toString();
      if (log.includes(`${which} ready`)) resolve();
    });
    void ended.then((how) => reject(new Error(`the ${which} ended with ${how}: ${log}`)));
  });
  ready.catch(() => {});
  // Not afterAll: registered inside a running test it is never called, and a failed test would leave the process behind.
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ready, ended, log: () => log };
}

/** The stack's codec keys as a setting has them. */
export function codecSetting({ codecKeys }: Stack): string {
  return [...codecKeys.keys].map(([id, key]) => `${id}:${Buffer.from(key).toString('base64')}`).join(',');
}
