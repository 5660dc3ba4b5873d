import { QUEUES, type QueueName } from './queues.ts';

/**
 * Every process that an installation needs, once: `cairn doctor` looks for each, and tests hold `npm start`,
 * docker-compose.yml, config/deploy.yml and the processes' own loops and queues to this table.
 */
export interface ProcessRow {
  readonly does: string;
  /** What does not happen while it is away. */
  readonly without: string;
  /** Of processes that are ours: the program, its task queues, and its loops by name. */
  readonly entry?: string;
  readonly queues: readonly QueueName[];
  readonly loops: readonly string[];
  /**
   * Names by which it is started: as `npm start` keeps it, as services of docker-compose.yml, as a role of Kamal's
   * config/deploy.yml. Kamal starts what is ours alone.
   */
  readonly startedAs: { readonly npmStart: string; readonly compose: readonly string[]; readonly kamal?: string };
}

/** A worker that has not renewed its row for this long counts as gone. */
export const WORKER_SILENCE_S = 5;

export const PROCESSES = {
  api: {
    does: 'answers HTTP, starts workflows, processes uploads inline while the engine is away',
    without: 'nothing is accepted, and no workflow is started',
    entry: 'api/main.ts',
    queues: [],
    loops: ['dispatcher', 'inline path', 'event listener', 'event relay', 'stale tracks', 'watchdog'],
    startedAs: { npmStart: 'api', compose: ['api-1', 'api-2'], kamal: 'web' },
  },
  worker: {
    does: "runs workflows and their steps: uploads, Stripe's events, messages to the site, scheduled work",
    without:
      "uploads are processed inline by the API, two at a time; Stripe's events wait, the site is told nothing, and no scheduled work is done",
    entry: 'workers/main.ts',
    queues: [QUEUES.interactive, QUEUES.heavy, QUEUES.maintenance, QUEUES.billing, QUEUES.webhooks],
    loops: ['worker-heartbeat', 'worker version'],
    startedAs: { npmStart: 'worker', compose: Object.values(QUEUES).map(composeServiceOf), kamal: 'worker' },
  },
  temporal: {
    does: 'keeps histories, schedules, timers and task queues',
    without: 'uploads are processed inline by the API, two at a time, and no scheduled work begins',
    queues: [],
    loops: [],
    startedAs: { npmStart: 'temporal', compose: ['temporal'] },
  },
  postgres: {
    does: 'keeps accounts, keys, uploads and tracks',
    without: 'every request with a key is refused with 503; nothing is lost',
    queues: [],
    loops: [],
    startedAs: { npmStart: 'postgres', compose: ['postgres'] },
  },
} as const satisfies Record<string, ProcessRow>;

/** The service of docker-compose.yml that polls a queue. */
export function composeServiceOf(queue: QueueName): string {
  return queue.replace(/^cairn-/, 'worker-');
}
