import { type Client, type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { HASH_MEMO, type Terms } from './declared.ts';

/** A schedule as Temporal has it. */
export interface Registered {
  readonly terms: Terms;
  /** Of the declaration that made it what it was; undefined: nobody of us did. */
  readonly hash: string | undefined;
  /** The id of the codec key that seals what it hands to its runs. */
  readonly sealedWith: string | undefined;
  readonly paused: boolean;
  readonly note: string | undefined;
  /** When it fires next, as Temporal sees it; empty: never again. */
  readonly nextTimes: readonly Date[];
  readonly raw: ScheduleDescription['raw'];
}

export async function findRegistered(client: Client, temporalId: string): Promise<Registered | undefined> {
  try {
    return registeredOf(await client.schedule.getHandle(temporalId).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function registeredOf({ raw, spec, action, policies, state, info }: ScheduleDescription): Registered {
  const [payload] = raw.schedule?.action?.startWorkflow?.input?.payloads ?? [];
  const keyId = payload?.metadata?.['encryption-key-id'];
  return {
    terms: {
      spec: specTerms(spec),
      workflow: action.workflowType,
      workflowId: action.workflowId ?? '',
      input: action.args ?? [],
      attributes: attributesOf(action),
      queue: action.taskQueue,
      overlap: policies.overlap ?? 'SKIP',
      catchUpS: policies.catchupWindow / 1_000,
      timeoutS: secondsOf(action.workflowExecutionTimeout),
      pauseOnFailure: policies.pauseOnFailure,
      actionsLeft: state.remainingActions ?? null,
    },
    hash: textOf(action.memo?.[HASH_MEMO]),
    sealedWith: keyId && Buffer.from(keyId).toString(),
    paused: state.paused,
    note: state.note || undefined,
    nextTimes: info.nextActionTimes,
    raw,
  };
}

/** In the words of a manifest where it is something that a manifest can say; else as Temporal says it. */
function specTerms(spec: Spec): object {
  const { calendars = [], intervals = [], skip = [], startAt, endAt, jitter } = spec;
  const [calendar] = calendars;
  const [interval] = intervals;
  const isPlain = calendars.length + intervals.length === 1 && skip.length === 0 && !startAt && !endAt && !jitter;
  if (isPlain && interval) {
    return { kind: 'every', everyMinutes: interval.every / 60_000, offsetMinutes: (interval.offset ?? 0) / 60_000 };
  }
  const time = isPlain && calendar ? timeOfDay(calendar) : undefined;
  return time === undefined ? spec : { kind: 'dailyAt', time, zone: spec.timezone || 'UTC' };
}

type Spec = ScheduleDescription['spec'];
type Calendar = NonNullable<Spec['calendars']>[number];
type Ranges = readonly { readonly start: unknown; readonly end: unknown; readonly step: number }[];

/** Of a calendar that names one time of every day. */
function timeOfDay(calendar: Calendar): string | undefined {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, year } = calendar;
  const everyDay =
    covers(dayOfMonth, 1, 31) && covers(month, 'JANUARY', 'DECEMBER') && covers(dayOfWeek, 'SUNDAY', 'SATURDAY');
  const [hours, minutes] = [onlyOf(hour), onlyOf(minute)];
  if (!everyDay || year.length > 0 || onlyOf(second) !== 0) return undefined;
  if (hours === undefined || minutes === undefined) return undefined;
  return [hours, minutes].map((part) => String(part).padStart(2, '0')).join(':');
}

function covers(ranges: Ranges, start: unknown, end: unknown): boolean {
  const [range, ...others] = ranges;
  if (range === undefined || others.length > 0) return false;
  return range.start === start && range.end === end && range.step === 1;
}

function onlyOf(ranges: Ranges): number | undefined {
  const [range, ...others] = ranges;
  if (range === undefined || others.length > 0 || range.start !== range.end) return undefined;
  return typeof range.start === 'number' ? range.start : undefined;
}

function attributesOf({ typedSearchAttributes }: ScheduleDescription['action']): Readonly<Record<string, unknown>> {
  const pairs = Array.isArray(typedSearchAttributes) ? typedSearchAttributes : (typedSearchAttributes?.getAll() ?? []);
  return Object.fromEntries(pairs.map(({ key, value }) => [key.name, value]));
}

function secondsOf(duration: unknown): number | null {
  return typeof duration === 'number' && duration > 0 ? duration / 1_000 : null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
