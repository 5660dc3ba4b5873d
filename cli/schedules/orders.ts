import { Rejection } from '../../contracts/rejections.ts';
import { SCHEDULE_IDS, type ScheduleId } from '../../contracts/schedules.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { createScheduleOrders, type RunsOutcome, type ScheduleOrders } from '../../schedules/orders.ts';
import { withDatabase } from '../database.ts';
import { momentOf } from '../moments.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import { withTemporal } from '../temporal.ts';

export interface OrderOptions {
  readonly reason: string;
  readonly json?: true;
}

export interface BackfillOptions extends OrderOptions {
  readonly from: string;
  readonly to: string;
  readonly yes?: true;
}

export async function pauseOrResume(does: 'pause' | 'resume', id: string, options: OrderOptions): Promise<void> {
  const schedule = scheduleOf(id);
  const by = orderedBy(options);
  await withOrders(async (orders) => {
    const outcome = await orders[does](schedule, by);
    if (options.json) console.log(JSON.stringify({ schedule, ...outcome }));
    else console.log(`${schedule} is ${outcome.paused ? 'paused' : 'resumed'} (order ${outcome.auditId}).`);
  });
}

/** Runs the latest slot that is due. */
export async function triggerSchedule(id: string, options: OrderOptions): Promise<void> {
  const schedule = scheduleOf(id);
  const by = orderedBy(options);
  await withOrders(async (orders) => tell(options, schedule, await orders.trigger(schedule, by)));
}

/** Lists the slots; runs them when it is confirmed. */
export async function backfillSchedule(id: string, options: BackfillOptions): Promise<void> {
  const schedule = scheduleOf(id);
  const by = orderedBy(options);
  const range = { from: moment('--from', options.from), to: moment('--to', options.to) };
  await withOrders(async (orders) => {
    const slots = orders.slotsOf(schedule, range);
    if (options.yes && slots.length > 0) tell(options, schedule, await orders.backfill(schedule, range, by));
    else list(options, schedule, slots);
  });
}

function list({ json }: OrderOptions, schedule: ScheduleId, slots: readonly string[]): void {
  const sum = slots.length > 0 ? `${slots.length} slots would be run; say --yes to do it.` : 'no slot lies in there';
  console.log(json ? JSON.stringify({ schedule, dryRun: true, slots }) : [...slots, sum].join('\n'));
}

function tell({ json }: OrderOptions, schedule: ScheduleId, outcome: RunsOutcome): void {
  const runs = outcome.runs.map(({ slot, workflowId }) => `${slot} is run as ${workflowId}`);
  console.log(json ? JSON.stringify({ schedule, ...outcome }) : [...runs, `order ${outcome.auditId}`].join('\n'));
}

/** A refusal of what was asked for is wrong usage, with what to do about it. */
async function withOrders(work: (orders: ScheduleOrders) => Promise<void>): Promise<void> {
  await withDatabase((db) =>
    withTemporal(({ client }) => work(createScheduleOrders({ db, client, manifest: MANIFEST }))).catch(asUsage),
  );
}

function asUsage(error: unknown): never {
  const isAsked = error instanceof Rejection && ['request/invalid', 'schedule/too-many-slots'].includes(error.code);
  throw isAsked ? new UsageError(error.message) : error;
}

function scheduleOf(text: string): ScheduleId {
  const id = SCHEDULE_IDS.find((each) => each === text);
  if (!id) throw new UsageError(`there is no schedule ${text}; there are ${SCHEDULE_IDS.join(', ')}`);
  return id;
}

function moment(option: string, text: string): Date {
  const found = momentOf(option, text);
  if (!found) throw new UsageError(`${option} is missing`);
  return found;
}
