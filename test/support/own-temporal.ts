import { rm } from 'node:fs/promises';
import { afterAll } from 'vitest';
import { freePort } from '../../platform/embedded/ports.ts';
import { startTemporal } from '../../platform/embedded/temporal.ts';
import { findTemporalCli } from '../../platform/embedded/temporal-cli.ts';
import { environment } from '../../platform/environment.ts';
import { registerSearchAttributes } from '../../platform/temporal/search-attributes.ts';
import { projectRoot, testHome } from './servers.ts';

/** A Temporal server of this file's own, to be killed and brought back on the same address. */
export interface OwnTemporal {
  readonly address: string;
  /** kill -9, as a power cut does it. */
  kill(): Promise<void>;
  /** Starts again; `wiped` throws its database away first. */
  start(options?: { wiped: boolean }): Promise<void>;
}

export async function ownTemporal(dynamicConfig: Readonly<Record<string, string>> = {}): Promise<OwnTemporal> {
  const quiet = () => {};
  const cli = await findTemporalCli({ projectRoot, env: environment(), log: quiet });
  const home = await testHome('cairn-own-temporal-');
  const options = {
    cli: cli.path,
    home,
    port: await freePort(),
    uiPort: await freePort(),
    namespace: 'default',
    dynamicConfig,
    log: quiet,
  };
  let server = await startTemporal(options);
  const { address } = server;
  await registerSearchAttributes({ address, namespace: 'default' });
  afterAll(async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });
  return {
    address,
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
    },
    start: async ({ wiped } = { wiped: false }) => {
      if (wiped) await Promise.all(['', '-wal', '-shm'].map((end) => rm(server.databaseFile + end, { force: true })));
      server = await startTemporal(options);
      if (wiped) await registerSearchAttributes({ address, namespace: 'default' });
    },
  };
}
