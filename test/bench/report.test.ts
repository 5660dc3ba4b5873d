import { expect, test } from 'vitest';
import type { Measured } from '../../bench/jobs/measure.ts';
import { byFigure, cpuByPart, figuresOf, goalsOf, ratiosOf } from '../../bench/jobs/report.ts';

const MEASURED: Measured = {
  idleMs: [10],
  idleToldMs: [9],
  ack1Ms: [2],
  ack32Ms: [30],
  jobsPerS: 100,
  cpuMs: { api: 2, worker: 8 },
  peakPssMb: 900,
  backlogJobsPerS: 120,
  burstAckMs: [40],
  burstEndMs: [400],
  bulk: { jobs: 3_000, jobsPerS: 90, cpuMs: { worker: 6, 'worker/children': 5 } },
  loadAverage: 1,
};

test('a figure is the median of the repeats, so one bad minute is left out', () => {
  const repeats = [100, 20, 110].map((jobsPerS) => ({ ...MEASURED, jobsPerS }));
  expect(figuresOf({ name: 'cairn', repeats })['jobs/s']).toBe(100);
});

test('p99 is that of one repeat, and the median of those', () => {
  const of = (worst: number) => ({ ...MEASURED, ack1Ms: [...Array.from({ length: 98 }, () => 1), worst, worst] });
  expect(figuresOf({ name: 'cairn', repeats: [of(5), of(500), of(6)] })['ack p99']).toBe(6);
});

test('processor time is told by part, and summed up', () => {
  const repeated = { name: 'cairn', repeats: [MEASURED] };
  expect(cpuByPart(repeated)).toEqual({ api: 2, worker: 8 });
  expect(figuresOf(repeated)['CPU ms/job']).toBe(10);
});

test('ratios are ours by theirs', () => {
  const ours = figuresOf({ name: 'cairn', repeats: [MEASURED] });
  const theirs = figuresOf({ name: 'bullmq', repeats: [{ ...MEASURED, jobsPerS: 300 }] });
  expect(ratiosOf(ours, theirs)).toMatchObject({ 'jobs/s': 0.33, 'ack p50': 1 });
});

test('a table has a row for each figure that anybody has', () => {
  const columns = new Map([
    ['cairn', { told: 9, asked: 10 }],
    ['bullmq', { told: Number.NaN, asked: 8 }],
    ['celery', { asked: 7, silent: Number.NaN }],
  ]);
  expect(byFigure(columns)).toEqual({ told: { cairn: 9 }, asked: { cairn: 10, bullmq: 8, celery: 7 } });
});

test('goals are judged against those that were measured, and no others', () => {
  const cairn = figuresOf({ name: 'cairn', repeats: [MEASURED] });
  const raw = figuresOf({ name: 'temporal-raw', repeats: [{ ...MEASURED, jobsPerS: 30, cpuMs: { worker: 20 } }] });
  const goals = goalsOf(
    new Map([
      ['cairn', cairn],
      ['temporal-raw', raw],
    ]),
  );
  expect(goals.map(({ goal, isMet }) => [goal, isMet])).toEqual([
    ['jobs/s ≥ 3 × raw Temporal', true],
    ['CPU per job ≤ 0.35 × raw Temporal', false],
    ['idle end to end p50 ≤ 20 ms', true],
  ]);
});

test("a bulk reprocess is held against bullmq's jobs per second, with its own processor time", () => {
  const repeated = { name: 'cairn', repeats: [MEASURED] };
  expect(cpuByPart(repeated, ({ bulk }) => bulk?.cpuMs ?? {})).toEqual({ worker: 6, 'worker/children': 5 });
  const cairn = figuresOf(repeated);
  expect(cairn).toMatchObject({ 'bulk jobs/s': 90, 'bulk CPU ms/job': 11 });
  const judged = (jobsPerS: number) => {
    const bullmq = figuresOf({ name: 'bullmq', repeats: [{ ...MEASURED, jobsPerS, bulk: undefined }] });
    expect(byFigure(new Map([['bullmq', bullmq]]))).not.toHaveProperty('bulk jobs/s');
    const goals = goalsOf(new Map(Object.entries({ cairn, bullmq })));
    return goals.find(({ goal }) => goal.startsWith('bulk'));
  };
  expect(judged(112)).toMatchObject({ measured: 0.8, limit: 0.8, isMet: true });
  expect(judged(115)).toMatchObject({ measured: 0.78, isMet: false });
});
