import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { environment } from '../../platform/environment.ts';
import type { Stack } from './stack.ts';

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Resolves when it polls; throws when it ends before. */
  readonly ready: Promise<void>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A real worker process on the stack's database, blobs and namespace, as `npm start` runs it. */
export function spawnWorker(stack: Stack, temporalAddress: string): WorkerProcess {
  const [keyId, key] = [...stack.codecKeys.keys][0] ?? ['', new Uint8Array()];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', './platform/instrument.mjs', 'workers/main.ts'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: environment()['PATH'],
        DATABASE_URL: stack.url,
        CAIRN_TEMPORAL_ADDRESS: temporalAddress,
        CAIRN_TEMPORAL_NAMESPACE: stack.namespace,
        CAIRN_CODEC_KEYS: `${keyId}:${Buffer.from(key).toString('base64')}`,
        CAIRN_BLOB_DIR: stack.blobDir,
      },
    },
  );
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const ready = new Promise<void>((resolve, reject) => {
    let log = '';
    child.stdout?.on('data', (text: Buffer) => {
      log += text.toString();
      if (log.includes('worker ready')) resolve();
    });
    void ended.then((how) => reject(new Error(`the worker ended with ${how}: ${log}`)));
  });
  ready.catch(() => {});
  afterAll(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ready, ended };
}
