import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../platform/embedded/ports.ts';
import { environment } from '../../platform/environment.ts';

/** An API process alone on a database: Temporal is not there, and nothing is processed that has five attempts behind it. */
export interface ApiProcess {
  readonly port: number;
  residentMb(): Promise<number>;
  descriptors(): Promise<number>;
  /** Processor time so far: what a busy machine does not change. */
  cpuMs(): Promise<number>;
  /** SIGTERM; the exit code and how long it took. */
  terminate(): Promise<{ code: number | null; ms: number }>;
}

export async function startApi(databaseUrl: string): Promise<ApiProcess> {
  const port = await freePort();
  const blobDir = await mkdtemp(path.join(tmpdir(), 'cairn-drill-blobs-'));
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', './platform/instrument.mjs', 'api/main.ts'], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: environment().PATH,
      DATABASE_URL: databaseUrl,
      CAIRN_TEMPORAL_ADDRESS: '127.0.0.1:9',
      CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      CAIRN_BLOB_DIR: blobDir,
      CAIRN_LOG_LEVEL: 'warn',
      PORT: String(port),
    },
  });
  child.stdout.resume();
  const ended = once(child, 'exit');
  const proc = `/proc/${child.pid}`;
  await untilReady(port).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    port,
    residentMb: async () =>
      Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(await readFile(`${proc}/status`, 'utf8'))?.[1]) / 1024),
    descriptors: async () => (await readdir(`${proc}/fd`)).length,
    cpuMs: async () => {
      const [user = 0, system = 0] =
        (await readFile(`${proc}/stat`, 'utf8')).split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
      return (user + system) * 10; // ticks of 1/100 s
    },
    terminate: async () => {
      const startedAt = performance.now();
      child.kill('SIGTERM');
      await ended;
      await rm(blobDir, { recursive: true, force: true });
      return { code: child.exitCode, ms: Math.round(performance.now() - startedAt) };
    },
  };
}

/** At most two minutes: drills are run on busy machines too. */
async function untilReady(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (tries > 600) throw new Error('the API did not start');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
