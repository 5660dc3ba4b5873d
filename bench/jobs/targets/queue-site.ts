import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../../db/pool.ts';
import { freePort, portAnswers } from '../../../platform/embedded/ports.ts';
import { environment } from '../../../platform/environment.ts';
import type { Program } from '../../../test/support/topology/container.ts';
import { POINTS } from '../recordings.ts';
import { postgresVersion } from '../servers/postgres.ts';
import type { Site } from '../site.ts';
import { opened, type Stage } from '../stage.ts';

/** What a peer's programs are told (peers/settings.mjs). */
export interface QueueSettings {
  readonly databaseUrl: string;
  readonly port: number;
  readonly redisPort?: number;
  readonly temporal?: { readonly address: string; readonly namespace: string };
}

export interface Queue {
  readonly name: string;
  readonly redisPort?: number;
  readonly temporal?: { readonly address: string; readonly namespace: string };
  readonly versions: Readonly<Record<string, string>>;
  /** Other than Node's. */
  readonly workerProgram?: (settings: QueueSettings) => Program;
}

export const peerPrograms = fileURLToPath(new URL('../peers', import.meta.url));

/** A peer's API and worker on the stage, where its servers run already. The worker is not started yet. */
export function openQueueSite(stage: Stage, queue: Queue): Promise<Site> {
  return opened(stage, () => siteOn(stage, queue));
}

async function siteOn(stage: Stage, queue: Queue): Promise<Site> {
  const { name, workerProgram, versions, ...servers } = queue;
  const settings: QueueSettings = { ...servers, databaseUrl: stage.databaseUrl, port: await freePort() };
  await stage.start('api', {
    program: nodeProgram('api.mjs', name, settings),
    isWell: () => portAnswers(settings.port),
  });
  const worker = stage.later('worker', workerProgram?.(settings) ?? nodeProgram('worker.mjs', name, settings));
  return {
    url: `http://127.0.0.1:${settings.port}`,
    databaseUrl: stage.databaseUrl,
    authorizationOf: () => 'Bearer none',
    hasEvents: false,
    counted: stage.counted,
    startWorker: worker.start,
    stopWorker: worker.stop,
    versions: async () => ({ ...versions, postgres: await postgresVersion(stage.databaseUrl) }),
    results: () => resultsOf(stage.databaseUrl),
    stop: stage.stop,
  };
}

function nodeProgram(entry: string, queue: string, settings: QueueSettings): Program {
  return {
    file: process.execPath,
    args: [path.join(peerPrograms, entry), queue, JSON.stringify(settings)],
    env: { PATH: environment().PATH ?? '', NODE_ENV: 'production' },
    cwd: peerPrograms,
  };
}

async function resultsOf(databaseUrl: string): Promise<{ ready: number; whole: number }> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    const { rows } = await db.query<{ ready: number; whole: number }>(
      `select count(*)::int as ready, (count(*) filter (where t.points = $1))::int as whole
         from uploads u left join tracks t on t.upload_id = u.id where u.state = 'ready'`,
      [POINTS],
    );
    return rows[0] ?? { ready: 0, whole: 0 };
  } finally {
    await db.end();
  }
}
