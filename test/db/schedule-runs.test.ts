import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  closeLostScheduleRuns,
  closeScheduleRunFailed,
  closeScheduleRunSucceeded,
  countScheduleRun,
  findScheduleRun,
  type NewScheduleRun,
  openScheduleRun,
} from '../../db/schedule-runs.ts';
import { findSpecSince, recordScheduleSpec } from '../../db/schedule-specs.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
const SLOT = new Date('2026-03-01T00:05:00Z');

function newRun(change: Partial<NewScheduleRun> = {}): NewScheduleRun {
  const workflowRunId = randomUUID();
  const endsBy = new Date(Date.now() + 60_000);
  const origin = 'schedule';
  return {
    schedule: 'stuck-work',
    slot: SLOT,
    origin,
    auditId: null,
    workflowId: 'w',
    workflowRunId,
    build: 'b',
    endsBy,
    ...change,
  };
}

const opened = (change: Partial<NewScheduleRun> = {}) => db.transaction((tx) => openScheduleRun(tx, newRun(change)));

test('runs of one slot are numbered, also when they begin at once; who opens again finds the same row', async () => {
  const slot = new Date('2026-03-01T01:00:00Z');
  const runs = await Promise.all(Array.from({ length: 8 }, () => opened({ slot })));
  expect(runs.map(({ run }) => run).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const [first] = runs;
  expect(await opened({ slot, workflowRunId: first?.workflowRunId ?? '' })).toEqual(first);
});

test('counts are added with their effect, and gone with it', async () => {
  const { workflowRunId } = await opened();
  await db.transaction((tx) => countScheduleRun(tx, workflowRunId, { scanned: 2, changed: 1 }));
  const rolledBack = db.transaction(async (tx) => {
    await countScheduleRun(tx, workflowRunId, { scanned: 5 });
    throw new Error('the effect failed');
  });
  await expect(rolledBack).rejects.toThrow('the effect failed');
  expect(await findScheduleRun(db, workflowRunId)).toMatchObject({
    scanned: 2,
    changed: 1,
    failed: 0,
    state: 'running',
  });
});

test('a row is closed once, by whoever comes first; afterwards nothing is counted', async () => {
  const { workflowRunId } = await opened();
  expect(await db.transaction((tx) => closeScheduleRunSucceeded(tx, workflowRunId))).toBe(true);
  expect(await closeScheduleRunFailed(db, workflowRunId, { code: 'schedule/timed-out' })).toBe(false);
  expect(await db.transaction((tx) => closeScheduleRunSucceeded(tx, workflowRunId))).toBe(false);
  expect(await db.transaction((tx) => countScheduleRun(tx, workflowRunId, { scanned: 1 }))).toBe(false);
  expect(await findScheduleRun(db, workflowRunId)).toMatchObject({ state: 'succeeded', scanned: 0, errorCode: null });
});

test('what nobody closed is closed once its time is long over, and what may still run is left alone', async () => {
  const schedule = 'canary';
  const [lost, late, alive, other] = await Promise.all([
    opened({ schedule, endsBy: new Date(Date.now() - 120_000) }),
    opened({ schedule, endsBy: new Date(Date.now() - 10_000) }),
    opened({ schedule }),
    opened({ schedule: 'retention', endsBy: new Date(Date.now() - 120_000) }),
  ]);
  expect(await closeLostScheduleRuns(db, schedule, { code: 'schedule/lost' })).toBe(1);
  expect(await findScheduleRun(db, lost.workflowRunId)).toMatchObject({ state: 'failed', errorCode: 'schedule/lost' });
  for (const { workflowRunId } of [late, alive, other]) {
    expect(await findScheduleRun(db, workflowRunId)).toMatchObject({ state: 'running' });
  }
});

test('who asked stands at the runs that were asked for, and at no others', async () => {
  const [order] = await query<{ id: number }>(
    `insert into ops_audit (actor, action, reason, facts) values ('k', 'schedule.trigger', 'a reason of length', '{}') returning id`,
  );
  expect(await opened({ origin: 'manual', auditId: order?.id ?? 0 })).toMatchObject({ auditId: order?.id });
  await expect(opened({ origin: 'manual' })).rejects.toThrow('schedule_runs_check');
  await expect(opened({ auditId: order?.id ?? 0 })).rejects.toThrow('schedule_runs_check');
  await expect(opened({ origin: 'manual', auditId: 9_999 })).rejects.toThrow('audit_id');
});

test('a spec is owed from its first application on, and anew when it comes back', async () => {
  const hourly = { kind: 'every', everyMinutes: 60 } as const;
  const daily = { kind: 'dailyAt', time: '03:30', zone: 'UTC' } as const;
  const apply = (spec: typeof hourly | typeof daily) =>
    db.transaction((tx) => recordScheduleSpec(tx, 'retention', spec));
  expect(await findSpecSince(db, 'retention', daily)).toBeUndefined();
  await apply(daily);
  const since = await findSpecSince(db, 'retention', daily);
  expect(since).toBeInstanceOf(Date);
  await Promise.all([apply(daily), apply(daily)]);
  expect(await findSpecSince(db, 'retention', daily)).toEqual(since);
  await apply(hourly);
  expect(await findSpecSince(db, 'retention', daily)).toBeUndefined();
  await apply(daily);
  expect((await findSpecSince(db, 'retention', daily))?.getTime()).toBeGreaterThan(since?.getTime() ?? 0);
});
