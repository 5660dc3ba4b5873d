import { SCHEDULE_IDS, type ScheduleId } from '../../contracts/schedules.ts';
import { renewWorker } from '../../db/workers.ts';
import { applySchedules } from '../../schedules/apply.ts';
import { type Audit, type AuditContext, type AuditedSchedule, auditSchedules } from '../../schedules/audit.ts';
import { MANIFEST, type Manifest } from '../../schedules/manifest.ts';
import { POLLED_QUEUES } from '../../workers/create-workers.ts';
import type { Stack } from './stack.ts';

const MINUTE_MS = 60_000;
const GRACE_S = 5;

/** Every schedule once an hour, with slots 10 and 70 minutes ago and none in the next 49: no test meets a slot by chance. */
export interface DueSchedules {
  readonly manifest: Manifest;
  readonly earlier: Date;
  readonly last: Date;
  readonly next: Date;
}

export function dueSchedules(nowMs = Date.now()): DueSchedules {
  const lastMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - 10 * MINUTE_MS;
  const spec = { kind: 'every', everyMinutes: 60, offsetMinutes: (lastMs / MINUTE_MS) % 60 } as const;
  const hourly = (id: ScheduleId) => {
    return { ...MANIFEST[id], spec, graceS: GRACE_S, timeoutS: 600, expects: { scannedAtLeast: 0, withinS: 86_400 } };
  };
  return {
    manifest: {
      'stuck-work': hourly('stuck-work'),
      retention: hourly('retention'),
      'coupon-expiry': hourly('coupon-expiry'),
      canary: hourly('canary'),
      'stripe-reconcile': hourly('stripe-reconcile'),
      'stripe-sweep': hourly('stripe-sweep'),
      'stripe-verify': hourly('stripe-verify'),
      'card-expiry': hourly('card-expiry'),
      'trial-watch': hourly('trial-watch'),
      'entitlement-sweep': hourly('entitlement-sweep'),
    },
    earlier: new Date(lastMs - 60 * MINUTE_MS),
    last: new Date(lastMs),
    next: new Date(lastMs + 60 * MINUTE_MS),
  };
}

export function contextOf({ client, db, codecKeys }: Stack, { manifest }: DueSchedules): AuditContext {
  return { client, db, manifest, sealingKey: codecKeys.current };
}

/** Applied an hour and a half ago, as far as the ledger knows: both slots are owed. */
export async function applyLongAgo(stack: Stack, due: DueSchedules): Promise<void> {
  const { client, db, codecKeys } = stack;
  await applySchedules({ client, db, manifest: due.manifest, sealingKey: codecKeys.current });
  await stack.query(`update schedule_specs set since = now() - interval '90 minutes'`);
}

/** A worker of all queues says that it is there, as its heart-beat does, and then the audit looks. */
export async function auditNow(stack: Stack, due: DueSchedules, context = contextOf(stack, due)): Promise<Audit> {
  await renewWorker(stack.db, { id: 'w1', build: 'test', queues: POLLED_QUEUES, pid: 1 });
  return auditSchedules(context);
}

/** Of one schedule; throws when the audit does not tell of it. */
export function of(audit: Audit, temporalId: string): AuditedSchedule {
  const found = audit.schedules.find((one) => one.schedule === temporalId || one.temporalId === temporalId);
  if (!found) throw new Error(`the audit says nothing of ${temporalId}`);
  return found;
}

export function verdictsOf({ report }: AuditedSchedule): readonly string[] {
  return report.findings.map(({ verdict }) => verdict);
}

/** A row as a step opens it, of a workflow that Temporal does not know. */
export async function ledgerRow(
  stack: Stack,
  schedule: ScheduleId,
  { slot, state, endsBy = new Date(Date.now() + MINUTE_MS) }: { slot: Date; state: string; endsBy?: Date },
): Promise<void> {
  await stack.query(
    `insert into schedule_runs (schedule, slot, run, origin, workflow_id, workflow_run_id, build, state, opened_at, ends_by, finished_at, error_code)
     select $1, $2, count(*) + 1, 'schedule', 'gone', gen_random_uuid(), 'test', $3, $2::timestamptz + interval '1 s', $4,
            case when $3 <> 'running' then $2::timestamptz + interval '2 s' end,
            case when $3 = 'failed' then 'processing/failed' end
       from schedule_runs where schedule = $1 and slot = $2`,
    [schedule, slot, state, endsBy],
  );
}

/** The work of every slot is done: green, by the ledger alone. */
export async function allDone(stack: Stack, { earlier, last }: DueSchedules): Promise<void> {
  for (const id of SCHEDULE_IDS) {
    for (const slot of [earlier, last]) await ledgerRow(stack, id, { slot, state: 'succeeded' });
  }
}
