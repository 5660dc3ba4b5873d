import { describe, expect, test } from 'vitest';
import type { ScheduleSpec } from '../../../contracts/schedules.ts';
import { slotsWithin } from '../../../domain/schedules/slots.ts';
import { specProblem, temporalSpecOf } from '../../../domain/schedules/spec.ts';
import { DAY_MS, wallClockMs } from '../../../domain/schedules/zones.ts';
import { clockText, dailyAt, every, ZONES } from './spec-of.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const problemOf = (spec: ScheduleSpec) => specProblem(spec, NOW_MS);

describe('a spec', () => {
  test.each([
    ['02:30', 'America/New_York', '02:30 does not exist in America/New_York on 2027-03-14'],
    ['01:30', 'America/New_York', '01:30 fires twice in America/New_York on 2027-11-07'],
    ['02:30', 'Europe/Berlin', '02:30 does not exist in Europe/Berlin on 2027-03-28'],
    ['01:30', 'Europe/Berlin', '01:30 fires twice in Europe/Berlin on 2027-10-31'],
    ['02:15', 'Australia/Lord_Howe', '02:15 does not exist in Australia/Lord_Howe on 2027-10-03'],
    ['00:30', 'Africa/Cairo', '00:30 does not exist in Africa/Cairo on 2027-04-30'],
    ['00:00', 'America/Havana', '00:00 does not exist in America/Havana on 2027-03-14'],
  ])('%s in %s is refused: it does not come once on every day', (time, zone, says) => {
    const problem = problemOf(dailyAt(time, zone));
    expect(problem?.code).toBe('unclear-time');
    expect(problem?.says).toContain(says);
  });

  test('that is refused says which times are safe', () => {
    const problem = problemOf(dailyAt('02:30', 'Europe/Berlin'));
    expect(problem).toMatchObject({
      safe: [
        { from: '00:00', until: '01:00' },
        { from: '03:00', until: '24:00' },
      ],
    });
    expect(problem?.says).toMatch(/safe are 00:00 to 01:00, 03:00 to 24:00$/);
  });

  test('is refused across midnight too: clocks of Amman once went back from 01:00 to 00:00', () => {
    const problem = specProblem(dailyAt('23:30', 'Asia/Amman'), Date.UTC(2015, 0, 1));
    expect(problem?.says).toContain('safe are 01:00 to 23:00');
  });

  test.each(ZONES)('at any time that is not refused comes once on each local day of a year: %s', (zone) => {
    let refused = 0;
    for (let minutes = 0; minutes < 1_440; minutes += 30) {
      const spec = dailyAt(clockText(minutes), zone);
      if (problemOf(spec) !== null) {
        refused++;
        continue;
      }
      const slots = slotsWithin(spec, Date.UTC(2027, 0, 1), Date.UTC(2028, 0, 1) - 1, 400);
      const days = slots.map((slotMs) => Math.floor(wallClockMs(zone, slotMs) / DAY_MS));
      expect(new Set(days).size, `${zone} ${spec.time}`).toBe(days.length);
      expect(days.length, `${zone} ${spec.time}`).toBe(365);
    }
    const changes = !['UTC', 'Asia/Kathmandu'].includes(zone);
    expect(refused > 0, `${refused} of 48 are refused`).toBe(changes);
  });

  test.each([
    [every(0), 'bad-interval'],
    [every(2.5), 'bad-interval'],
    [every(5, 5), 'bad-interval'],
    [every(5, -1), 'bad-interval'],
    [dailyAt('24:00', 'UTC'), 'bad-time'],
    [dailyAt('7:30', 'UTC'), 'bad-time'],
    [dailyAt('07:30', 'Europe/Bielefeld'), 'unknown-zone'],
  ])('%o is refused as %s', (spec, code) => {
    expect(problemOf(spec)?.code).toBe(code);
  });

  test('is handed to Temporal as an interval, or as a calendar in its zone', () => {
    expect(temporalSpecOf(every(5, 2))).toEqual({ intervals: [{ every: 300_000, offset: 120_000 }] });
    expect(temporalSpecOf(dailyAt('03:30', 'UTC'))).toEqual({ calendars: [{ hour: 3, minute: 30 }], timezone: 'UTC' });
  });
});
