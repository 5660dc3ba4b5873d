import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { run } from '../../../platform/embedded/processes.ts';
import { TEMPORAL_SERVER_VERSION } from '../../../platform/embedded/temporal-install.ts';
import { environment } from '../../../platform/environment.ts';
import { isServerBuilt } from '../../../test/support/topology/temporal-programs.ts';
import { openTopology, type Topology } from '../../../test/support/topology/topology.ts';
import { countedOf, type Ground, opened, withSettings } from '../stage.ts';
import type { TemporalKind } from '../target.ts';

export interface TemporalGround extends Ground {
  readonly topology: Topology;
  readonly versions: Readonly<Record<string, string>>;
}

/** The full server is built when it is not there, for which Go is needed. */
export async function temporalMissing(temporal: TemporalKind): Promise<string | undefined> {
  if (temporal === 'dev-server') return undefined;
  const isThere = (await isServerBuilt()) || (await run('go', ['version'], { env: environment() })).ok;
  return isThere ? undefined : 'no Temporal server, and no Go to build it';
}

export interface TemporalOptions {
  readonly temporal: TemporalKind;
  /** Of Cairn's processes, beside those of docker-compose.yml. */
  readonly cairn?: Readonly<Record<string, string>>;
  readonly postgres?: Readonly<Record<string, string>>;
}

/** What docker-compose.yml starts, as far as it is asked for, on a Postgres with the settings of all targets. */
export async function openTemporalGround(options: TemporalOptions): Promise<TemporalGround> {
  const { temporal, cairn: settings = {}, postgres = {} } = options;
  const topology = await openTopology({ temporal, workers: 1, settings, say: (what) => console.log(what) });
  await opened({ stop: () => topology.stop({ keepHome: true }) }, async () => {
    await withSettings(topology.databaseUrl, topology.container('postgres'), postgres);
    if (temporal === 'server') await topology.up(['temporal-namespace']);
    await untilNamespaceKnown(topology.temporal);
  });
  return {
    topology,
    versions: { temporal: `${temporal} ${TEMPORAL_SERVER_VERSION}` },
    home: topology.home,
    databaseUrl: topology.databaseUrl,
    counted: () => countedOf(topology.containers()),
    stop: () => topology.stop({ keepHome: false }),
  };
}

/** The server looks for new namespaces every ten seconds. */
const NAMESPACE_PATIENCE_MS = 60_000;

async function untilNamespaceKnown({ address, namespace }: Topology['temporal']): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    for (const deadline = performance.now() + NAMESPACE_PATIENCE_MS; ; await pause(200)) {
      const answer = connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
      const isKnown = await answer.then(
        () => true,
        () => false,
      );
      if (isKnown) return;
      if (performance.now() > deadline) throw new Error(`Temporal does not know the namespace ${namespace}`);
    }
  } finally {
    await connection.close();
  }
}
