import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { scheduledRunId } from '../../contracts/ids.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type { ScheduleId } from '../../contracts/schedules.ts';
import type { Pool } from '../../db/pool.ts';
import { optionsOf } from '../../schedules/declared.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { expectCost } from '../support/costs.ts';
import { eventTypes } from '../support/histories.ts';
import { fire, ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

/** Of the tests: what the job does when it is next called. */
let databaseOfJobs: Pool | undefined;
const db = (): Pool => {
  if (!databaseOfJobs) throw new Error('the stack is not there yet');
  return databaseOfJobs;
};

const jobs: Jobs = {
  'stuck-work': async ({ count, finish }) => {
    await db().transaction((tx) => count(tx, { scanned: 3, changed: 1 }));
    await db().transaction(async (tx) => {
      await count(tx, { scanned: 2, failed: 1 });
      await finish(tx);
    });
  },
  retention: async ({ count }) => {
    await db().transaction((tx) => count(tx, { scanned: 1 }));
    throw new Rejection('processing/original-missing', { detail: 'walker-17 is a person' });
  },
  'coupon-expiry': async ({ count, slot }) => {
    await db().transaction((tx) => count(tx, { scanned: 1 }));
    if (slot < new Date('2026-02-01')) throw new TypeError('walker-17 is a person');
  },
};

const stack = await testStack({ jobs });
databaseOfJobs = stack.db;
const SLOT = new Date('2026-03-01T00:05:00Z');
const PATIENT = { timeout: 60_000, interval: 50 };

beforeAll(async () => {
  for (const id of ['stuck-work', 'retention', 'coupon-expiry', 'canary'] as const) {
    await stack.client.schedule.create({ ...optionsOf(id, MANIFEST[id]), state: { paused: true } });
  }
  await stack.startWorkers();
});

const nameAt = (id: ScheduleId, slot: Date) => `${scheduledRunId(id)}-${slot.toISOString().replace('.000', '')}`;

async function endOf(id: ScheduleId, slot: Date) {
  await fire(stack, id, slot);
  const handle = stack.client.workflow.getHandle(nameAt(id, slot));
  await expect.poll(async () => handle.describe().catch(() => undefined), PATIENT).toBeDefined();
  await handle.result().catch(() => undefined);
  return handle;
}

test('a fire opens its row and closes it with the last effect, at the slot and not at the hour of the clock', async () => {
  const handle = await endOf('stuck-work', SLOT);
  expect(await ledgerOf(stack, 'stuck-work')).toEqual([
    {
      ...{ slot: SLOT, run: 1, origin: 'schedule', state: 'succeeded', scanned: 5, changed: 1, failed: 1 },
      ...{ auditId: null, errorCode: null, errorClass: null, build: 'test', workflowId: handle.workflowId },
      workflowRunId: expect.any(String),
    },
  ]);
  expect(await handle.result()).toEqual({ slot: SLOT.toISOString(), run: 1, scanned: 5, changed: 1, failed: 1 });
});

test('it costs 3 actions, its own start among them, and an operator finds it by schedule and outcome', async () => {
  const slot = new Date('2026-03-01T00:10:00Z');
  const handle = await endOf('stuck-work', slot);
  const history = await handle.fetchHistory();
  expectCost(history, BUDGETS.runSchedule.succeeded);
  expect(eventTypes(history).filter((type) => /^(ACTIVITY_TASK|UPSERT)/.test(type))).toEqual([
    'ACTIVITY_TASK_SCHEDULED',
    'ACTIVITY_TASK_STARTED',
    'ACTIVITY_TASK_COMPLETED',
    'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  ]);
  const query = `CairnKind = 'schedule' and CairnSchedule = 'stuck-work' and CairnOutcome = 'succeeded'`;
  const found = async () => {
    const ids: string[] = [];
    for await (const run of stack.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  await expect.poll(found, PATIENT).toContain(handle.workflowId);
});

test('a job that refuses closes its row as failed, with the code alone, and its workflow has failed', async () => {
  const slot = new Date('2026-03-01T03:30:00Z');
  const handle = await endOf('retention', slot);
  expect(await ledgerOf(stack, 'retention')).toMatchObject([
    { state: 'failed', scanned: 1, errorCode: 'processing/original-missing', errorClass: null },
  ]);
  expect((await handle.describe()).status.name).toBe('FAILED');
  expectCost(await handle.fetchHistory(), BUDGETS.runSchedule.failed);
  const [row] = await stack.query<{ row: string }>(
    'select schedule_runs::text as row from schedule_runs where slot = $1',
    [slot],
  );
  expect(row?.row).not.toContain('person');
});

test('a fault of ours is tried three times in the same row, then the row tells its class and not its message', async () => {
  const slot = new Date('2026-01-01T00:00:00Z');
  const handle = await endOf('coupon-expiry', slot);
  expectCost(await handle.fetchHistory(), BUDGETS.runSchedule.failed, 2);
  expect(await ledgerOf(stack, 'coupon-expiry')).toMatchObject([
    { run: 1, state: 'failed', scanned: 3, errorCode: 'processing/failed', errorClass: 'TypeError' },
  ]);
});

test('a job that returns without finishing its run has not succeeded', async () => {
  const slot = new Date('2026-03-01T00:00:00Z');
  const handle = await endOf('coupon-expiry', slot);
  expect((await handle.describe()).status.name).toBe('FAILED');
  const rows = await ledgerOf(stack, 'coupon-expiry');
  expect(rows.filter((row) => row.slot.getTime() === slot.getTime())).toMatchObject([
    { state: 'failed', errorClass: 'Error' },
  ]);
});

test('a schedule without a job is never a silent success', async () => {
  const slot = new Date('2026-03-01T00:02:00Z');
  const handle = await endOf('canary', slot);
  expect((await handle.describe()).status.name).toBe('FAILED');
  expect(await ledgerOf(stack, 'canary')).toMatchObject([{ state: 'failed', errorCode: 'schedule/no-job' }]);
});

test("what Temporal's own trigger starts is foreign: its time is no slot", async () => {
  const handle = stack.client.schedule.getHandle('cairn-stuck-work');
  if (Date.now() % 300_000 > 297_000) await pause(4_000); // so that the moment of the trigger is none
  await handle.trigger();
  const foreign = async () => (await ledgerOf(stack, 'stuck-work')).filter(({ origin }) => origin === 'foreign');
  await expect.poll(foreign, PATIENT).toMatchObject([{ run: 1, state: 'succeeded', auditId: null }]);
});

test('the same slot again is its next run', async () => {
  await endOf('stuck-work', SLOT);
  const runs = async () =>
    (await ledgerOf(stack, 'stuck-work')).filter(({ slot }) => slot.getTime() === SLOT.getTime());
  await expect.poll(runs, PATIENT).toMatchObject([{ run: 1 }, { run: 2, state: 'succeeded' }]);
});

test('a run without a slot, started by the name of the workflow, is refused and leaves no row', async () => {
  const rows = async () => (await stack.query('select from schedule_runs')).length;
  const before = await rows();
  const run = stack.client.workflow.execute('runSchedule', {
    workflowId: 'by hand',
    taskQueue: 'cairn-maintenance',
    args: [{ schedule: 'stuck-work' }],
  });
  await expect(run).rejects.toMatchObject({ cause: { type: 'schedule/no-slot' } });
  expect(await rows()).toBe(before);
});
