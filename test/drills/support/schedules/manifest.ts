import type { ScheduleId, ScheduleSpec } from '../../../../contracts/schedules.ts';
import { environment } from '../../../../platform/environment.ts';
import { MANIFEST, type Manifest, type ScheduleEntry } from '../../../../schedules/manifest.ts';

/** Of the quick schedules: the least that a manifest can say, with the longest grace that is allowed. */
export const PERIOD_S = 60;
export const GRACE_S = 30;

/** Three of them fire each minute. The others have a slot a day. */
export const QUICK: readonly ScheduleId[] = ['stuck-work', 'coupon-expiry', 'canary'];

export type Changes = Partial<Record<ScheduleId, Partial<ScheduleEntry>>>;

/**
 * The names of the real manifest with times that a drill can wait for. `stuck-work` has the shortest catch-up window that
 * Temporal knows, the others a long one; those of a day have their slot three minutes from now, in a zone that is half an hour off.
 */
export function drillManifest(changes: Changes, nowMs: number): Manifest {
  const quick = { spec: { kind: 'every', everyMinutes: 1 }, graceS: GRACE_S, timeoutS: 40 } as const;
  const daily = { kind: 'dailyAt', time: wallClock(nowMs + 180_000), zone: 'Asia/Kolkata' } as const;
  const times: Partial<Record<ScheduleId, Partial<ScheduleEntry>>> = {
    'stuck-work': { ...quick, catchUpS: 10 },
    'coupon-expiry': { ...quick, catchUpS: 3_600 },
    canary: { ...quick, catchUpS: 3_600 },
  };
  const entryOf = (id: ScheduleId): ScheduleEntry => {
    const { expects: _, ...declared }: ScheduleEntry = MANIFEST[id];
    const once = { spec: daily, graceS: GRACE_S, timeoutS: 40 };
    return { ...declared, ...(times[id] ?? once), ...changes[id] };
  };
  return {
    'stuck-work': entryOf('stuck-work'),
    retention: entryOf('retention'),
    'coupon-expiry': entryOf('coupon-expiry'),
    canary: entryOf('canary'),
    'stripe-reconcile': entryOf('stripe-reconcile'),
    'stripe-sweep': entryOf('stripe-sweep'),
    'stripe-verify': entryOf('stripe-verify'),
    'card-expiry': entryOf('card-expiry'),
    'trial-watch': entryOf('trial-watch'),
    'entitlement-sweep': entryOf('entitlement-sweep'),
  };
}

/** What the drill has given to this process. */
export function manifestHere(): Manifest {
  return JSON.parse(environment().DRILL_MANIFEST ?? '');
}

/** Asia/Kolkata is five and a half hours ahead, all the year. */
function wallClock(atMs: number): TimeOfDay {
  const time = new Date(atMs + 330 * 60_000).toISOString().slice(11, 16);
  if (!isTimeOfDay(time)) throw new Error(`${time} is no time of day`);
  return time;
}

type TimeOfDay = (ScheduleSpec & { kind: 'dailyAt' })['time'];

function isTimeOfDay(text: string): text is TimeOfDay {
  return /^\d\d:\d\d$/.test(text);
}
