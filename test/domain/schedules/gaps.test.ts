import { expect, test } from 'vitest';
import { lookBackFrom } from '../../../domain/schedules/gaps.ts';
import { DAY, HOUR, judge, MIN, NOON, runOf } from './facts-of.ts';
import { every } from './spec-of.ts';

test('the look-back is a week, and never less than the two newest slots', () => {
  expect(lookBackFrom(every(5), NOON)).toBe(NOON - 7 * DAY);
  expect(lookBackFrom(every(10 * 1_440), NOON)).toBeLessThanOrEqual(NOON - 10 * DAY);
});

test('a schedule that has been dead for a month is as red as on the first day', () => {
  const report = judge({ owedFromMs: NOON - 31 * DAY, runs: [runOf(NOON - 30 * DAY)] });
  expect(report.worst).toBe('MISSED');
  expect(report.gaps).toHaveLength(7 * 288 - 1); // noon is within its grace
  expect(report.lastSuccess?.slotMs).toBe(NOON - 30 * DAY);
});

test('of a schedule of every minute as many slots are looked at as of any', () => {
  const declared = { spec: every(1), graceS: 30 };
  const report = judge({ declared, owedFromMs: NOON - 31 * DAY, runs: [], nextTimesMs: [] });
  expect(report.gaps.length).toBeGreaterThan(2_090);
  expect(report.gaps.length).toBeLessThanOrEqual(2_100);
  expect(report.gaps.at(-1)?.slotMs).toBeGreaterThan(NOON + MIN - HOUR);
});
