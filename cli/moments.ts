import { UsageError } from './settings.ts';

const UNIT_S: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

/** A moment as operators type it: `2026-11-20T08:00:00Z`, `2026-11-20`, or so long ago: `90m`, `24h`, `7d`. */
export function momentOf(option: string, text: string | undefined, now = Date.now()): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count) return new Date(now - Number(count) * (UNIT_S[unit] ?? 0) * 1_000);
  const moment = /^\d{4}-\d\d-\d\d(T.+)?$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(moment.getTime()))
    throw new UsageError(`${option} is a moment such as 2026-11-20T08:00:00Z, or 90m, 24h, 7d ago`);
  return moment;
}
