import { appliedMigrations } from '../db/health.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { Pool } from '../db/pool.ts';
import { dispatchBacklog } from '../db/upload-dispatch.ts';
import { liveWorkers } from '../db/workers.ts';
import { VERDICTS } from '../domain/schedules/verdicts.ts';
import type { Loops } from '../platform/loops.ts';
import type { Watchdog } from './watchdog.ts';

/** A worker that has not renewed its row for this long counts as gone. */
export const WORKER_SILENCE_S = 5;

export interface HealthDeps {
  readonly db: Pool;
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
  const known = [database, temporal, inline, checkSchedules(deps.watchdog)];
  if (database.status === 'degraded') return [...known, ...loops];
  return [...known, await checkWorkers(deps.db), await checkBacklog(deps.db), ...loops];
}

/** Whether requests can be served: the database answers and has every migration of this code. */
export async function checkDatabase(db: Pool): Promise<HealthPart> {
  try {
    const pending = await pendingMigrations(await appliedMigrations(db));
    return part('database', pending.length === 0, pending.length === 0 ? 'migrated' : `lacks ${pending.join(', ')}`);
  } catch {
    return part('database', false, 'away');
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

async function checkWorkers(db: Pool): Promise<HealthPart> {
  const workers = await liveWorkers(db, WORKER_SILENCE_S);
  const builds = [...new Set(workers.map((worker) => worker.build))].join(', ');
  return part(
    'workers',
    workers.length > 0,
    workers.length > 0 ? `${workers.length} alive, build ${builds}` : 'none alive',
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
