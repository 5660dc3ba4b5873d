import { SCHEDULE_PREFIX, temporalScheduleId } from '../contracts/ids.ts';
import { SCHEDULE_IDS, type ScheduleId } from '../contracts/schedules.ts';
import type { Db } from '../db/pool.ts';
import {
  databaseNow,
  findNewestSuccess,
  ledgerRunsSince,
  openRunIds,
  pauseOrdersOf,
  queueLastSeen,
} from '../db/schedule-audit.ts';
import { findSpecSince } from '../db/schedule-specs.ts';
import type { Known, ScheduleFacts, ScheduleRecords } from '../domain/schedules/facts.ts';
import { lookBackFrom } from '../domain/schedules/gaps.ts';
import { judgeSchedule, type ScheduleReport } from '../domain/schedules/verdict.ts';
import { VERDICT_LIMITS, type Verdict, worstOf } from '../domain/schedules/verdicts.ts';
import { backlogAgeOf, describeSchedule, executionsOf, findOrphans } from './asked-server.ts';
import type { DiffContext } from './diff.ts';
import type { ScheduleEntry } from './manifest.ts';

export interface AuditContext extends DiffContext {
  readonly db: Db;
}

/** One schedule as it is declared, and what is to be said about it. */
export interface AuditedSchedule {
  readonly temporalId: string;
  /** Null: an orphan, which nobody declares; `cairn-*` stands for those that could not be listed. */
  readonly schedule: ScheduleId | null;
  readonly declared: ScheduleEntry | null;
  /** Null: Temporal could not be asked, or does not have it. */
  readonly paused: boolean | null;
  readonly report: ScheduleReport;
}

export interface Audit {
  readonly checkedAt: Date;
  readonly worst: Verdict;
  readonly schedules: readonly AuditedSchedule[];
}

/**
 * Did the scheduled work really run? Gathers what ledger, Temporal and workers know of every schedule and has it judged. Nobody's
 * silence keeps the others from being heard, and what cannot be asked is UNKNOWN.
 */
export async function auditSchedules(context: AuditContext): Promise<Audit> {
  const now = await known(databaseNow(context.db));
  const checkedAt = now.known ? now.value : new Date();
  const [declared, orphans] = await Promise.all([
    Promise.all(SCHEDULE_IDS.map((id) => auditOne(context, id, checkedAt.getTime()))),
    known(findOrphans(context)),
  ]);
  const strangers = strangersOf(orphans).map(([id, server]) => auditOrphan(id, server, checkedAt.getTime()));
  const schedules = [...declared, ...strangers];
  return { checkedAt, worst: worstOf(schedules.map(({ report }) => report.worst)), schedules };
}

async function auditOne(context: AuditContext, schedule: ScheduleId, nowMs: number): Promise<AuditedSchedule> {
  const declared = context.manifest[schedule];
  const facts = await gather(context, schedule, nowMs);
  const paused = facts.server.known ? (facts.server.value?.paused ?? null) : null;
  return { temporalId: temporalScheduleId(schedule), schedule, declared, paused, report: judgeSchedule(facts) };
}

async function gather(context: AuditContext, schedule: ScheduleId, nowMs: number): Promise<ScheduleFacts> {
  const { db, manifest } = context;
  const declared = manifest[schedule];
  const since = new Date(lookBackFrom(declared.spec, nowMs));
  const asked = {
    server: known(describeSchedule(context, schedule)),
    queue: known(queueLastSeen(db, declared.queue)),
    backlogAgeMs: known(backlogAgeOf(context, declared.queue)),
  };
  const executions = await known(
    openRunIds(db, schedule).then((runIds) => executionsOf(context, schedule, { since, runIds })),
  );
  // Only now: a workflow that was over has closed its row before.
  const records = await known(recordsOf(db, schedule, declared, since));
  const queue = await asked.queue;
  return {
    nowMs,
    declared,
    records,
    executions,
    server: await asked.server,
    queue: queue.known ? { known: true, value: { lastSeenMs: queue.value?.getTime() ?? null } } : queue,
    backlogAgeMs: await asked.backlogAgeMs,
  };
}

async function recordsOf(
  db: Db,
  schedule: ScheduleId,
  { spec, expects }: ScheduleEntry,
  since: Date,
): Promise<ScheduleRecords> {
  const { mostSlots, lookBackMs } = VERDICT_LIMITS;
  const expected = { scannedAtLeast: expects?.scannedAtLeast ?? 0, by: 'opened_at' } as const;
  const [owedFrom, runs, lastSuccess, lastExpected, pauses] = await Promise.all([
    findSpecSince(db, schedule, spec),
    ledgerRunsSince(db, schedule, { since, most: 2 * mostSlots.value }),
    findNewestSuccess(db, schedule, { scannedAtLeast: 0, by: 'slot' }),
    expects ? findNewestSuccess(db, schedule, expected) : null,
    pauseOrdersOf(db, schedule, Math.ceil(lookBackMs.value / DAY_MS) + 1),
  ]);
  return { owedFromMs: owedFrom?.getTime() ?? null, runs, lastSuccess, lastExpected, pauses };
}

const DAY_MS = 86_400_000;

/** That the list of them could not be had is told in their place. */
function strangersOf(orphans: Known<readonly string[]>): readonly (readonly [string, ScheduleFacts['server']])[] {
  if (!orphans.known) return [[`${SCHEDULE_PREFIX}*`, orphans]];
  const value = { paused: false, note: '', drift: [], nextTimesMs: [] };
  return orphans.value.map((id) => [id, { known: true, value }]);
}

function auditOrphan(temporalId: string, server: ScheduleFacts['server'], nowMs: number): AuditedSchedule {
  const nothing = { known: false, reason: 'not asked' } as const;
  const facts = { records: nothing, executions: nothing, queue: nothing, backlogAgeMs: nothing };
  const report = judgeSchedule({ nowMs, declared: null, server, ...facts });
  return { temporalId, schedule: null, declared: null, paused: null, report };
}

async function known<T>(answer: Promise<T>): Promise<Known<T>> {
  try {
    return { known: true, value: await answer };
  } catch (error) {
    return { known: false, reason: reasonOf(error) };
  }
}

/** One line; errors of Temporal's client carry their cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  const text = cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
  return text.split('\n')[0]?.slice(0, 200) ?? 'no answer';
}
