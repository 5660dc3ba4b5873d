import { Connection, ScheduleClient } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ScheduleSpec } from '../../contracts/schedules.ts';
import { slotsWithin } from '../../domain/schedules/slots.ts';
import { specProblem, temporalSpecOf } from '../../domain/schedules/spec.ts';
import { DAY_MS } from '../../domain/schedules/zones.ts';
import { dailyAt, every } from '../domain/schedules/spec-of.ts';

const FROM_MS = Date.parse('2026-11-21T14:00:00Z');
const TWO_YEARS_MS = 730 * DAY_MS;
/** The server lists no more at once. */
const MOST = 1_000;

let connection: Connection;
let client: ScheduleClient;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new ScheduleClient({ connection });
});
afterAll(() => connection.close());

let made = 0;
/** When Temporal would fire, by its own word; both ends included. */
async function temporalTimes(spec: ReturnType<typeof temporalSpecOf>, fromMs: number, toMs: number) {
  const handle = await client.create({
    scheduleId: `slots-${made++}`,
    spec,
    action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none', args: [] },
    state: { paused: true },
  });
  const { startTime } = await connection.workflowService.listScheduleMatchingTimes({
    namespace: 'default',
    scheduleId: handle.scheduleId,
    startTime: msToTs(fromMs - 1_000), // the server leaves out its own first end
    endTime: msToTs(toMs),
  });
  await handle.delete();
  return (startTime ?? []).map((time) => tsToMs(time));
}

async function bothOf(spec: ScheduleSpec, toMs: number) {
  expect(specProblem(spec, FROM_MS)).toBeNull();
  return {
    temporal: await temporalTimes(temporalSpecOf(spec), FROM_MS, toMs),
    ours: slotsWithin(spec, FROM_MS, toMs, MOST),
  };
}

describe('slots are when Temporal fires', () => {
  // Beside the hours that change, at both their ends, and far from them; the leap day of 2028 is in between.
  test.each([
    ['UTC', ['00:00', '03:30', '23:59']],
    ['America/New_York', ['00:59', '03:00', '12:00']],
    ['Europe/Berlin', ['00:59', '03:00', '23:30']],
    ['Australia/Lord_Howe', ['00:29', '02:30', '12:00']],
    ['Africa/Cairo', ['01:00', '21:59', '12:00']],
    ['America/Havana', ['01:00', '23:59']],
    ['Asia/Kathmandu', ['00:00', '02:30']],
  ])('daily in %s at %j: 730 of 730 in two years', async (zone, times) => {
    for (const time of times) {
      const { temporal, ours } = await bothOf(dailyAt(time, zone), FROM_MS + TWO_YEARS_MS);
      expect(temporal, `${zone} ${time}`).toEqual(ours);
      expect(temporal).toHaveLength(730);
    }
  });

  test.each([every(5), every(5, 2), every(7, 3), every(60), every(1_440, 210), every(10_080)])('%o', async (spec) => {
    const { temporal, ours } = await bothOf(spec, FROM_MS + Math.min(900 * spec.everyMinutes * 60_000, TWO_YEARS_MS));
    expect(temporal).toEqual(ours);
    expect(temporal.length).toBeGreaterThan(100);
  });
});

describe('what is refused, Temporal does not do once a day', () => {
  test.each([
    ['America/New_York', '02:30', 728], // left out in March
    ['America/New_York', '01:30', 732], // twice in November
    ['Europe/Berlin', '02:30', 728],
    ['Europe/Berlin', '01:30', 732], // again an hour later, at 02:30 summer time
    ['Africa/Cairo', '00:30', 728],
    ['Africa/Cairo', '22:30', 732],
  ])('%s %s: %i times in 730 days', async (zone, time, fires) => {
    const spec = dailyAt(time, zone);
    expect(specProblem(spec, FROM_MS)?.code).toBe('unclear-time');
    expect(await temporalTimes(temporalSpecOf(spec), FROM_MS, FROM_MS + TWO_YEARS_MS)).toHaveLength(fires);
  });
});
