import { Counter, Gauge, type Registry } from 'prom-client';
import { WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { isRejectionCode, REJECTIONS } from '../../contracts/rejections.ts';
import { PROCESSED_BY } from '../../contracts/uploads.ts';
import { type FinishedUploads, type Operations, readOperations } from '../../db/operations.ts';
import type { Pool } from '../../db/pool.ts';
import { createSnapshot } from './snapshot.ts';

export interface DatabaseMetricsDeps {
  readonly db: Pool;
  readonly build: string;
}

/** Several scrapers, or a person who reloads, cost one query in this time. */
const FRESH_FOR_MS = 3_000;
/** Prometheus gives up after 10 s by default; everything else in the scrape is worth more than this part. */
const PATIENCE_MS = 1_500;

/**
 * What only the database knows. While it is away `cairn_database_up` is 0 and the other series have no value: an old one
 * would look like a healthy one.
 */
export function measureDatabase(registers: Registry[], { db, build }: DatabaseMetricsDeps): void {
  const finished = finishedCounter(registers, async () => void (await snapshot()));
  let since: string | undefined;
  const snapshot = createSnapshot(
    async () => {
      const operations = await readOperations(db, { workerSilenceS: WORKER_SILENCE_S, build, since });
      since = operations.seenUpTo;
      for (const each of operations.finished) finished.inc(labelsOf(each), each.uploads);
      return operations;
    },
    { freshForMs: FRESH_FOR_MS, patienceMs: PATIENCE_MS },
  );
  /** All gauges are collected at once: the snapshot lets them share one read. */
  const gauge = (name: string, help: string, of: (operations: Operations) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const operations = await snapshot();
        this.set((operations && of(operations)) ?? Number.NaN);
      },
    });
  measureUpstreams(registers, snapshot);
  new Gauge({
    name: 'cairn_database_up',
    help: 'Whether Postgres answered within the time of a scrape.',
    registers,
    async collect() {
      this.set(Number((await snapshot()) !== undefined));
    },
  });
  gauge('cairn_uploads_waiting', 'Uploads that nobody has begun with, counted up to 10,000.', (now) => now.waiting);
  gauge('cairn_uploads_waiting_oldest_seconds', 'How long the oldest of them has waited; 0 without any.', (now) => {
    return now.oldestWaitS ?? 0;
  });
  gauge('cairn_workers_other_build', 'Live workers of another build than this process.', (now) => {
    return now.workersOfOtherBuilds;
  });
  new Gauge({
    name: 'cairn_workers_live',
    help: 'Worker processes that poll the queue, get work of it, and have renewed their row lately.',
    labelNames: ['queue'],
    registers,
    async collect() {
      const operations = await snapshot();
      for (const queue of Object.values(QUEUES)) {
        this.set({ queue }, operations ? (operations.workersOf[queue] ?? 0) : Number.NaN);
      }
    },
  });
}

/** Workers have no `/metrics` of their own: what they have called is counted in rows, for the whole installation. */
function measureUpstreams(registers: Registry[], read: () => Promise<Operations | undefined>): void {
  const counter = (name: string, help: string, of: (each: Operations['upstreamCalls'][number]) => number) =>
    new Counter({
      name,
      help: `${help} Of the whole installation: take the maximum over processes, not the sum.`,
      labelNames: ['upstream', 'region', 'outcome'],
      registers,
      async collect() {
        const operations = await read();
        this.reset();
        for (const each of operations?.upstreamCalls ?? []) {
          const { upstream, region, outcome } = each;
          this.inc({ upstream, region, outcome }, of(each));
        }
      },
    });
  counter(
    'cairn_upstream_calls_total',
    'Calls to a service outside, and answers from the cache.',
    ({ calls }) => calls,
  );
  counter('cairn_upstream_call_seconds_total', 'Time that they took.', ({ seconds }) => seconds);
}

type FinishedLabel = 'outcome' | 'kind' | 'path';

const FINISHED = `Uploads of the whole installation that came to an end since this process began to look, some 12 s late, by
outcome, who can mend a failure, and path. Each API process counts all of them: take the maximum over processes, not the sum.`;

function finishedCounter(registers: Registry[], read: () => Promise<void>): Counter<FinishedLabel> {
  const counter = new Counter({
    name: 'cairn_uploads_finished_total',
    help: FINISHED.replaceAll('\n', ' '),
    labelNames: ['outcome', 'kind', 'path'],
    registers,
    collect: read,
  });
  // From 0 on, or the first of its kind would be no increase.
  for (const path of PROCESSED_BY) {
    counter.inc({ outcome: 'ready', kind: 'none', path }, 0);
    for (const kind of ['user', 'operator', 'bug']) counter.inc({ outcome: 'failed', kind, path }, 0);
  }
  return counter;
}

function labelsOf({ state, code, processedBy }: FinishedUploads): Record<FinishedLabel, string> {
  const kind = state === 'ready' ? 'none' : isRejectionCode(code) ? REJECTIONS[code].kind : 'bug';
  return { outcome: state, kind, path: processedBy ?? 'none' };
}
