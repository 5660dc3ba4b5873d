import { rename } from 'node:fs/promises';
import type { Running } from '../../../../platform/embedded/processes.ts';
import type { BlastGround } from './ground.ts';
import { DEPENDENCIES, DEPENDENCY_NAMES, type Dependency } from './table.ts';

export interface Outage {
  readonly dependency: Dependency;
  readonly way: string;
}

/** Those whose traces last longest come first: what waits for them is tried again while the others are tried. */
const ORDER: readonly Dependency[] = ['stripe', 'valhalla', 'collector', 'blobs', 'worker', 'temporal', 'postgres'];

export const OUTAGES: readonly Outage[] = [...DEPENDENCY_NAMES]
  .sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other))
  .flatMap((dependency) => DEPENDENCIES[dependency].ways.map((way) => ({ dependency, way })));

/** Each dependency once, the harder way. */
export const ONE_OF_EACH: readonly Outage[] = OUTAGES.filter(({ dependency, way }) => {
  return way === DEPENDENCIES[dependency].ways.at(-1);
});

/** The worker that lives; a killed one is followed by another. */
export interface Living {
  worker: Running;
}

interface Way {
  take(ground: BlastGround, living: Living): Promise<void>;
  giveBack(ground: BlastGround, living: Living): Promise<void>;
}

export function wayOf({ dependency, way }: Outage): Way {
  const found = WAYS[`${dependency}: ${way}`];
  if (!found) throw new Error(`nobody knows how to make it so: ${dependency} ${way}`);
  return found;
}

const WAYS: Readonly<Record<string, Way>> = {
  'postgres: stopped': {
    take: ({ cluster }) => cluster.postgres.stopImmediately(),
    giveBack: ({ cluster }) => cluster.postgres.start(),
  },
  'postgres: hung': onNetwork('postgres', 'hang'),
  'temporal: killed': {
    take: ({ cluster }) => cluster.temporal.kill(),
    giveBack: ({ cluster }) => cluster.temporal.start(),
  },
  'temporal: hung': {
    take: async ({ cluster }) => cluster.temporal.freeze(),
    giveBack: async ({ cluster }) => cluster.temporal.thaw(),
  },
  'worker: killed': {
    take: async (_, { worker }) => {
      process.kill(worker.pid, 'SIGKILL');
      await worker.ended;
    },
    giveBack: async ({ cluster }, living) => {
      living.worker = await cluster.startWorker();
    },
  },
  'blobs: not there': {
    take: ({ cluster: { blobDir } }) => rename(blobDir, `${blobDir}-away`),
    giveBack: ({ cluster: { blobDir } }) => rename(`${blobDir}-away`, blobDir),
  },
  'valhalla: refusing': onNetwork('valhalla', 'reset'),
  'valhalla: hung': onNetwork('valhalla', 'hang'),
  'stripe: refusing': onNetwork('stripe', 'reset'),
  'stripe: hung': onNetwork('stripe', 'hang'),
  'collector: refusing': onNetwork('collector', 'reset'),
  'collector: hung': onNetwork('collector', 'hang'),
};

function onNetwork(which: keyof BlastGround['networks'], toxic: 'hang' | 'reset'): Way {
  return {
    take: async ({ networks }) => networks[which].suffer(toxic),
    giveBack: async ({ networks }) => networks[which].suffer('none'),
  };
}
