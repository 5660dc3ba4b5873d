import fc from 'fast-check';
import type { ScheduleSpec } from '../../../contracts/schedules.ts';
import { specProblem } from '../../../domain/schedules/spec.ts';

export const every = (everyMinutes: number, offsetMinutes = 0) =>
  ({ kind: 'every', everyMinutes, offsetMinutes }) as const;

export function dailyAt(time: string, zone: string): ScheduleSpec & { kind: 'dailyAt' } {
  const [hour, minute] = time.split(':');
  // Texts of numbers, as written: `07` is one, and 7 would be another.
  return { kind: 'dailyAt', time: `${hour}:${minute}` as `${number}:${number}`, zone };
}

/** North, south, half an hour, a quarter of one, at midnight, none, two hours. */
export const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'America/Havana',
  'Pacific/Chatham',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'UTC',
] as const;

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');

export const clockText = (minutes: number) => new Date(minutes * 60_000).toISOString().slice(11, 16);

/** Such as the manifest may hold. */
export const anySpec: fc.Arbitrary<ScheduleSpec> = fc
  .oneof(
    fc
      .tuple(fc.constantFrom(1, 5, 7, 15, 60, 1_440, 10_080), fc.nat())
      .map(([minutes, offset]): ScheduleSpec => every(minutes, offset % minutes)),
    fc
      .tuple(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 1_439 }))
      .map(([zone, minutes]): ScheduleSpec => dailyAt(clockText(minutes), zone)),
  )
  .filter((spec) => specProblem(spec, NOW_MS) === null);

/** Of the two years from now. */
export const anyMoment = fc.integer({ min: NOW_MS, max: NOW_MS + 730 * 86_400_000 });

export const momentsText = (moments: readonly number[]) => moments.map((ms) => new Date(ms).toISOString().slice(0, 16));
