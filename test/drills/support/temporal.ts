import { rm } from 'node:fs/promises';
import { freePort } from '../../../platform/embedded/ports.ts';
import { startTemporal } from '../../../platform/embedded/temporal.ts';
import { findTemporalCli } from '../../../platform/embedded/temporal-cli.ts';
import { environment } from '../../../platform/environment.ts';
import { registerSearchAttributes } from '../../../platform/temporal/search-attributes.ts';
import { projectRoot } from '../../support/servers.ts';
import { onEngineCore } from './cores.ts';

/** A Temporal server with a data file, on an address that stays the same whatever is done to it. */
export interface DrillTemporal {
  readonly address: string;
  pid(): number;
  /** kill -9, as a power cut does it. */
  kill(): Promise<void>;
  /** On the same data; `wiped` throws them away first. */
  start(options?: { wiped: boolean }): Promise<void>;
  /** SIGSTOP and SIGCONT: a server that hangs, and one that is back from one moment to the next. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function openTemporal(home: string): Promise<DrillTemporal> {
  const log = () => {};
  const cli = await findTemporalCli({ projectRoot, env: environment(), log });
  const [port, uiPort] = [await freePort(), await freePort()];
  const options = { cli: cli.path, home, port, uiPort, namespace: 'default', log };
  let server = await onEngineCore(() => startTemporal(options));
  const { address } = server;
  const signal = (name: NodeJS.Signals) => void process.kill(server.pid, name);
  return {
    address,
    pid: () => server.pid,
    kill: async () => {
      signal('SIGKILL');
      await server.ended;
    },
    start: async ({ wiped } = { wiped: false }) => {
      if (wiped) await Promise.all(['', '-wal', '-shm'].map((end) => rm(server.databaseFile + end, { force: true })));
      server = await onEngineCore(() => startTemporal(options));
      if (wiped) await registerSearchAttributes({ address, namespace: 'default' }); // as `cairn migrate` does
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    stop: () => server.stop(),
  };
}
