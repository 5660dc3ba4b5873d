import { WORKER_SILENCE_S } from '../contracts/processes.ts';
import { QUEUES } from '../contracts/queues.ts';
import { appliedMigrations } from '../db/health.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { Pool } from '../db/pool.ts';
import { dispatchBacklog } from '../db/upload-dispatch.ts';
import { liveWorkers } from '../db/workers.ts';
import { VERDICTS } from '../domain/schedules/verdicts.ts';
import type { Loops } from '../platform/loops.ts';
import type { BlobStore } from '../services/blob-store.ts';
import type { Watchdog } from './watchdog.ts';
import { within } from './within.ts';

export interface HealthDeps {
  readonly db: Pool;
  readonly blobs: Pick<BlobStore, 'head'>;
  readonly loops: Loops;
  readonly temporal: { status(): 'reachable' | 'away' | 'unknown' };
  readonly watchdog: Watchdog;
  readonly inline: { status(): { reason: string | undefined; processed: number } };
}

export interface HealthPart {
  readonly name: string;
  readonly status: 'healthy' | 'degraded';
  readonly detail: string;
}

/** Each part that this installation lives on, with the reason when it is not well. */
export async function checkHealth(deps: HealthDeps): Promise<HealthPart[]> {
  const database = await checkDatabase(deps.db);
  const loops = deps.loops.status().map((loop): HealthPart => {
    return part(`loop ${loop.name}`, !loop.dead, `last tick ${loop.lastTickAt}, ${loop.turns} turns`);
  });
  const status = deps.temporal.status();
  const temporal = part('temporal', status === 'reachable', status === 'unknown' ? 'not asked yet' : status);
  const { reason, processed } = deps.inline.status();
  const inline = part('inline path', !reason, `${reason ?? 'idle'}, ${processed} uploads since the start`);
  const known = [database, await checkBlobs(deps.blobs), temporal, inline, checkSchedules(deps.watchdog)];
  if (database.status === 'degraded') return [...known, ...loops];
  return [...known, await checkWorkers(deps.db), await checkBacklog(deps.db), ...loops];
}

/** Whoever asks for health has little patience, and a database that hangs is as good as away. */
const PATIENCE_MS = 2_000;

/** Whether requests can be served: the database answers in time and has every migration of this code. */
export async function checkDatabase(db: Pool): Promise<HealthPart> {
  return (await within(askDatabase(db), PATIENCE_MS)) ?? part('database', false, 'does not answer');
}

async function askDatabase(db: Pool): Promise<HealthPart> {
  try {
    const pending = await pendingMigrations(await appliedMigrations(db));
    return part('database', pending.length === 0, pending.length === 0 ? 'migrated' : `lacks ${pending.join(', ')}`);
  } catch {
    return part('database', false, 'away');
  }
}

/** Of no original in particular. */
const SOME_KEY = '0'.repeat(64);

/** Whether the store is there. Whether it can be written is seen by writing: uploads say so, and `cairn doctor`. */
async function checkBlobs(blobs: HealthDeps['blobs']): Promise<HealthPart> {
  return (await within(askBlobs(blobs), PATIENCE_MS)) ?? part('blob store', false, 'does not answer');
}

async function askBlobs(blobs: HealthDeps['blobs']): Promise<HealthPart> {
  try {
    await blobs.head(SOME_KEY);
    return part('blob store', true, 'there');
  } catch {
    return part('blob store', false, 'away');
  }
}

/** Names and words alone: what people wrote as reasons is for operators. */
function checkSchedules(watchdog: Watchdog): HealthPart {
  const audit = watchdog.latest();
  if (!audit) return part('scheduled work', false, 'nobody has looked lately');
  const unwell = audit.schedules.filter(({ report }) => VERDICTS[report.worst].health === 'degraded');
  const told = unwell.map(({ schedule, temporalId, report }) => `${schedule ?? temporalId} ${report.worst}`);
  return part('scheduled work', unwell.length === 0, told.join(', ') || `${audit.schedules.length} schedules`);
}

/** Each queue needs a worker: one that lives does nothing for those that it does not poll, nor while its build is not current. */
async function checkWorkers(db: Pool): Promise<HealthPart> {
  const workers = await liveWorkers(db, WORKER_SILENCE_S);
  if (workers.length === 0) return part('workers', false, 'none alive');
  const builds = [...new Set(workers.map((worker) => worker.build))].join(', ');
  const serving = workers.filter(({ serves }) => serves);
  const waiting = serving.length < workers.length ? `, ${workers.length - serving.length} of them not current` : '';
  const alive = `${workers.length} alive, build ${builds}${waiting}`;
  const polled = new Set(serving.flatMap(({ queues }) => queues));
  const unpolled = Object.values(QUEUES).filter((queue) => !polled.has(queue));
  return part(
    'workers',
    unpolled.length === 0,
    unpolled.length === 0 ? alive : `${alive}; none for ${unpolled.join(', ')}`,
  );
}

/** An upload that nobody has begun with after this long is a backlog. */
export const OLDEST_WAIT_S_AT_MOST = 30;

async function checkBacklog(db: Pool): Promise<HealthPart> {
  const { waiting, oldestWaitS } = await dispatchBacklog(db);
  const oldest = Math.round(oldestWaitS ?? 0);
  return part('uploads waiting', oldest <= OLDEST_WAIT_S_AT_MOST, `${waiting} waiting, the oldest for ${oldest} s`);
}

function part(name: string, healthy: boolean, detail: string): HealthPart {
  return { name, status: healthy ? 'healthy' : 'degraded', detail };
}
