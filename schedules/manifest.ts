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
    does: 'makes coupons and promotion codes inactive that are past their date or used up, here and at Stripe',
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
    does: 'sends a new small recording and a signed event through the public API, checks what comes of them, and removes them',
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
  'stripe-reconcile': {
    does: 'looks for events that Stripe has and never delivered, and has them processed',
    spec: { kind: 'every', everyMinutes: 15, offsetMinutes: 4 },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S, // money: done late rather than not at all
    graceS: 5 * MINUTE_S,
    timeoutS: 14 * MINUTE_S,
    owner: 'billing',
    why: "Stripe's own next try may be an hour away, and after three days there is none. A quarter of an hour costs a few calls.",
    pingSetting: 'CAIRN_PING_STRIPE_RECONCILE',
  },
  'stripe-sweep': {
    does: 'looks for missing events once more, over the 29 days that Stripe still knows',
    spec: { kind: 'dailyAt', time: '04:30', zone: 'UTC' },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S,
    graceS: 10 * MINUTE_S,
    timeoutS: 2 * HOUR_S,
    owner: 'billing',
    why: 'It finds what came late into the lists, and types that an earlier build had no use for, long before Stripe forgets them.',
    pingSetting: 'CAIRN_PING_STRIPE_SWEEP',
  },
  'stripe-verify': {
    does: 'holds live subscriptions, coupons and promotion codes against Stripe, and tells what differs',
    spec: { kind: 'dailyAt', time: '05:15', zone: 'UTC' },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S,
    graceS: 10 * MINUTE_S,
    timeoutS: 6 * HOUR_S,
    owner: 'billing',
    why: 'Some events Stripe never makes. After the sweep, so that what it found has been processed.',
    pingSetting: 'CAIRN_PING_STRIPE_VERIFY',
  },
  'card-expiry': {
    does: 'tells that cards which pay for subscriptions end: 30 and 7 days before, and on the last day',
    spec: { kind: 'dailyAt', time: '06:00', zone: 'UTC' },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S,
    graceS: 10 * MINUTE_S,
    timeoutS: 4 * HOUR_S,
    owner: 'billing',
    why: "Stripe has no event of a payment method's end. A card ends with a day, so it is asked once a day.",
    pingSetting: 'CAIRN_PING_CARD_EXPIRY',
  },
  'trial-watch': {
    does: 'tells of trials that end within 72 hours without an event that said so, and mends those that are over',
    spec: { kind: 'every', everyMinutes: 60, offsetMinutes: 10 },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S,
    graceS: 10 * MINUTE_S,
    timeoutS: 30 * MINUTE_S,
    owner: 'billing',
    why: 'A customer who is charged without a word wants it back. An hour of three days is little.',
    pingSetting: 'CAIRN_PING_TRIAL_WATCH',
  },
  'entitlement-sweep': {
    does: 'marks plans whose time or grace has passed',
    spec: { kind: 'every', everyMinutes: 15, offsetMinutes: 9 },
    workflow: 'runSchedule',
    queue: QUEUES.maintenance,
    overlap: 'SKIP',
    catchUpS: 7 * DAY_S,
    graceS: 5 * MINUTE_S,
    timeoutS: 10 * MINUTE_S,
    owner: 'billing',
    why: 'Stripe tells nobody that a grace of ours is over. Between two runs whoever asks goes by the time itself.',
    pingSetting: 'CAIRN_PING_ENTITLEMENT_SWEEP',
  },
} as const satisfies Manifest;

export type Manifest = Readonly<Record<ScheduleId, ScheduleEntry>>;

/** Whether the schedule fires at this time. */
export function isSlotOf(manifest: Manifest, id: ScheduleId, at: Date): boolean {
  return isSlot(manifest[id].spec, at.getTime());
}
