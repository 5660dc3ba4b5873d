import { QUEUES, type QueueName } from '../contracts/queues.ts';
import type { ScheduleId, ScheduleSpec } from '../contracts/schedules.ts';
import type { Workflows } from '../contracts/workflows.ts';
import { isSlot } from '../domain/schedules/slots.ts';

/** What must run when, and how it is seen whether it did. Temporal is made to agree with this table by `cairn schedules apply`. */
export interface ScheduleEntry {
  readonly does: string;
  readonly spec: ScheduleSpec;
  readonly workflow: keyof Workflows;
  readonly queue: QueueName;
  /** What becomes of a slot while the run of an earlier one goes on: passed over, or one of them waits. */
  readonly overlap: 'SKIP' | 'BUFFER_ONE';
  /** Slots that Temporal missed are begun late up to this long after; Temporal's own default is a year. */
  readonly catchUpS: number;
  /** How late a run may begin before it is called late: at most half a period, and 10 minutes. */
  readonly graceS: number;
  /** The run is ended after this, before the next slot: else one that hangs would hide every later slot. */
  readonly timeoutS: number;
  /** Who is asked when it is red. */
  readonly owner: string;
  /** Why it exists, and why so often. */
  readonly why: string;
  /** The setting with the dead-man URL that is told of each run. */
  readonly pingSetting: `CAIRN_PING_${string}`;
  /** A success that looked at less than this in so long is suspicious; none where finding nothing is what one hopes for. */
  readonly expects?: { readonly scannedAtLeast: number; readonly withinS: number };
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

export const MANIFEST = {
  'stuck-work': {
    does: 're-drives or reports every row that has been open for longer than it may',
    spec: { kind: 'every', everyMinutes: 5 },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: HOUR_S,
    graceS: 2 * MINUTE_S,
    timeoutS: 4 * MINUTE_S,
    owner: 'operations',
    why: 'Somebody may be waiting for what is stuck, and a look costs a few index reads.',
    pingSetting: 'CAIRN_PING_STUCK_WORK',
  },
  retention: {
    does: 'forgets what is past its time: keys of requests, events, blobs without rows',
    spec: { kind: 'dailyAt', time: '03:30', zone: 'UTC' },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 12 * HOUR_S, // a day has one slot: late is better than not at all
    graceS: 10 * MINUTE_S,
    timeoutS: 2 * HOUR_S,
    owner: 'operations',
    why: 'Nobody waits for it and it reads much, so it runs once a day in the quietest hour, in UTC: no hour that is skipped or comes twice.',
    pingSetting: 'CAIRN_PING_RETENTION',
    expects: { scannedAtLeast: 1, withinS: 7 * DAY_S },
  },
  'coupon-expiry': {
    does: 'makes coupons and promotion codes inactive that are past their date, here and at Stripe',
    spec: { kind: 'every', everyMinutes: 60 },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S, // money: done late rather than not at all
    graceS: 10 * MINUTE_S,
    timeoutS: 30 * MINUTE_S,
    owner: 'billing',
    why: 'A coupon that is taken an hour after its date is a small loss; the site refuses it by its date anyhow.',
    pingSetting: 'CAIRN_PING_COUPON_EXPIRY',
  },
  canary: {
    does: 'sends a new small recording through the public API, checks its track, and removes it',
    spec: { kind: 'every', everyMinutes: 5, offsetMinutes: 2 },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 5 * MINUTE_S, // what would have worked an hour ago, nobody needs to know
    graceS: 2 * MINUTE_S,
    timeoutS: 3 * MINUTE_S,
    owner: 'operations',
    why: 'It notices what no single part can see of itself. Beside the full minutes at which everything else begins.',
    pingSetting: 'CAIRN_PING_CANARY',
    expects: { scannedAtLeast: 1, withinS: HOUR_S },
  },
} as const satisfies Manifest;

export type Manifest = Readonly<Record<ScheduleId, ScheduleEntry>>;

/** Whether the schedule fires at this time. */
export function isSlotOf(manifest: Manifest, id: ScheduleId, at: Date): boolean {
  return isSlot(manifest[id].spec, at.getTime());
}
