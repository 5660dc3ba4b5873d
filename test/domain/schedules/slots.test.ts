import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScheduleSpec } from '../../../contracts/schedules.ts';
import { isSlot, latestSlot, nextSlot, periodMs, slotsFrom, slotsWithin } from '../../../domain/schedules/slots.ts';
import { DAY_MS, MINUTE_MS, wallClockMs } from '../../../domain/schedules/zones.ts';
import { anyMoment, anySpec, dailyAt, every, momentsText } from './spec-of.ts';

const at = Date.parse;
/** A day in the life of a zone, as its clock shows the slots. */
const shown = (spec: ScheduleSpec & { kind: 'dailyAt' }, from: string, to: string) =>
  slotsWithin(spec, at(from), at(to), 1_000).map((slotMs) =>
    new Date(wallClockMs(spec.zone, slotMs)).toISOString().slice(0, 16),
  );

describe('slots', () => {
  test('of an interval count from the epoch, plus the offset', () => {
    const slots = slotsWithin(every(5, 2), at('2026-11-21T10:00:00Z'), at('2026-11-21T10:12:00Z'), 10);
    expect(momentsText(slots)).toEqual(['2026-11-21T10:02', '2026-11-21T10:07', '2026-11-21T10:12']);
  });

  test('of a daily time are the same on the wall clock, whatever the clocks do that night', () => {
    expect(shown(dailyAt('03:00', 'America/New_York'), '2026-03-07T00:00:00Z', '2026-03-10T00:00:00Z')).toEqual([
      '2026-03-07T03:00',
      '2026-03-08T03:00',
      '2026-03-09T03:00',
    ]);
    const berlin = slotsWithin(
      dailyAt('04:00', 'Europe/Berlin'),
      at('2026-10-24T00:00:00Z'),
      at('2026-10-26T12:00:00Z'),
      9,
    );
    expect(momentsText(berlin)).toEqual(['2026-10-24T02:00', '2026-10-25T03:00', '2026-10-26T03:00']);
  });

  test.each([
    ['UTC', '03:30'],
    ['Europe/Berlin', '03:30'],
    ['Australia/Lord_Howe', '04:15'],
    ['America/New_York', '00:30'],
  ])('two years of %s %s: once on each local day', (zone, time) => {
    const slots = slotsWithin(dailyAt(time, zone), at('2026-11-22T14:00:00Z'), at('2028-11-21T14:00:00Z'), 1_000);
    const days = slots.map((slotMs) => Math.floor(wallClockMs(zone, slotMs) / DAY_MS));
    const [first = 0] = days;
    expect(days).toEqual(Array.from({ length: 730 }, (_, day) => first + day)); // the leap day of 2028 is one of them
  });

  test('next, latest and "is it one" tell the same list', () => {
    fc.assert(
      fc.property(anySpec, anyMoment, (spec, atMs) => {
        const next = nextSlot(spec, atMs);
        expect(next).toBeGreaterThan(atMs);
        expect(isSlot(spec, next)).toBe(true);
        expect(isSlot(spec, next + MINUTE_MS / 2)).toBe(false);
        expect(latestSlot(spec, next)).toBe(next);
        expect(nextSlot(spec, latestSlot(spec, atMs))).toBe(next);
        expect(slotsFrom(spec, next).next().value).toBe(next);
      }),
      { numRuns: 200 },
    );
  });

  test('two neighbours are a period apart at least, and nothing lies in between', () => {
    fc.assert(
      fc.property(anySpec, anyMoment, (spec, fromMs) => {
        const slots = slotsWithin(spec, fromMs, fromMs + 40 * periodMs(spec), 100);
        const ours = slots.map((slotMs, i) => (i === 0 ? slotMs : nextSlot(spec, slots[i - 1] ?? 0)));
        expect(ours).toEqual(slots);
        for (const [i, slotMs] of slots.slice(1).entries()) {
          expect(slotMs - (slots[i] ?? 0)).toBeGreaterThanOrEqual(periodMs(spec));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('of a long range only the newest are counted, and no more are made', () => {
    const toMs = at('2026-11-21T12:00:00Z');
    const newest = slotsWithin(every(1), 0, toMs, 3);
    expect(momentsText(newest)).toEqual(['2026-11-21T11:58', '2026-11-21T11:59', '2026-11-21T12:00']);
    expect(slotsWithin(dailyAt('03:30', 'Europe/Berlin'), 0, toMs, 2)).toHaveLength(2);
  });
});
