import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createDatabase } from '../../../../db/create-database.ts';
import { freePort } from '../../../../platform/embedded/ports.ts';
import { ensurePostgres } from '../../../../platform/embedded/postgres.ts';
import type { Running } from '../../../../platform/embedded/processes.ts';
import { environment } from '../../../../platform/environment.ts';
import { leaveNothingBehind, testHome } from '../../../support/servers.ts';
import { type DrillTemporal, openTemporal } from '../temporal.ts';
import type { Ground } from './site.ts';

export interface OwnGround extends Ground {
  /** A Temporal server to be killed; it too is gone when the drill is interrupted. */
  openOwnTemporal(name: string): Promise<DrillTemporal>;
  close(options: { keep: boolean }): Promise<void>;
}

/** A Postgres and a Temporal for all sites of a drill. */
export async function openGround(tree: string): Promise<OwnGround> {
  const home = await testHome('cairn-drill-');
  const { PATH: searchPath = '' } = environment();
  const port = await freePort();
  const options = { home, port, flavour: 'auto', searchPath, durable: false, createDatabase, log: () => {} } as const;
  const running: Running[] = [];
  const forget = leaveNothingBehind(home, running);
  const postgres = await ensurePostgres(options);
  running.push(postgres);
  const openOwnTemporal = async (name: string) => {
    await mkdir(path.join(home, name));
    const temporal = await openTemporal(path.join(home, name));
    running.push(asRunning(temporal));
    return temporal;
  };
  const temporal = await openOwnTemporal('temporal');
  return {
    tree,
    home,
    databaseUrl: postgres.databaseUrl,
    temporalAddress: temporal.address,
    openOwnTemporal,
    close: async ({ keep }) => {
      await temporal.stop();
      await postgres.stop();
      forget();
      if (!keep) await rm(home, { recursive: true, force: true });
    },
  };
}

/** The server behind it changes with every start. */
function asRunning(temporal: DrillTemporal): Running {
  return {
    get pid() {
      return temporal.pid();
    },
    ended: new Promise(() => {}),
    stop: temporal.stop,
    stopOrder: { first: 'SIGTERM', graceMs: 10_000, last: 'SIGKILL', group: true },
  };
}
