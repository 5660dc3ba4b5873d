import { beforeAll, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { SCHEDULE_IDS, type ScheduleId } from '../../contracts/schedules.ts';
import type { Pool } from '../../db/pool.ts';
import { createScheduleOrders } from '../../schedules/orders.ts';
import { applyLongAgo, auditNow, dueSchedules, ledgerRow, of, verdictsOf } from '../support/due-schedules.ts';
import { fire, ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

let databaseOfJobs: Pool | undefined;
const succeed: Jobs[ScheduleId] = async ({ count, finish }) => {
  await databaseOfJobs?.transaction(async (tx) => {
    await count(tx, { scanned: 1 });
    await finish(tx);
  });
};
const jobs: Jobs = {
  'stuck-work': succeed,
  'coupon-expiry': succeed,
  retention: async (run) => {
    if (run.slot.getTime() === due.last.getTime() && !repaired) throw new Rejection('processing/original-missing');
    await succeed(run);
  },
  canary: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};
let repaired = false;

const due = dueSchedules();
const stack = await testStack({ jobs, manifest: due.manifest });
databaseOfJobs = stack.db;
const { client } = stack;
const orders = createScheduleOrders({ db: stack.db, client, manifest: due.manifest });
const PATIENT = { timeout: 60_000, interval: 200 };
const audit = () => auditNow(stack, due);
const STUCK_WORK = `CairnSchedule = 'stuck-work'`;
const isOver = (state: string) => state !== 'running';

async function ended(id: ScheduleId, slots: number): Promise<void> {
  const states = async () => (await ledgerOf(stack, id)).map(({ state }) => state).filter(isOver);
  await expect.poll(states, PATIENT).toHaveLength(slots);
}

beforeAll(() => stack.startWorkers());

test('what was never applied is red, though nothing is owed yet', async () => {
  const { worst, schedules } = await audit();
  expect(worst).toBe('DRIFTED');
  expect(schedules.map(({ schedule, paused }) => ({ schedule, paused }))).toEqual(
    SCHEDULE_IDS.map((schedule) => ({ schedule, paused: null })),
  );
  for (const one of schedules)
    expect(one.report.findings[0]?.because).toBe('it was never applied to this installation');
});

test('a slot without a run is missed, by its time', async () => {
  await applyLongAgo(stack, due);
  const { report, paused } = of(await audit(), 'coupon-expiry');
  expect(report.findings.map(({ verdict }) => verdict)).toEqual(['NEVER_RAN', 'MISSED']);
  expect(report.gaps).toEqual(
    [due.earlier, due.last].map((slot) => ({
      ...{ slotMs: slot.getTime(), why: 'missed', execution: null, coveredBy: null },
    })),
  );
  expect([report.owedSinceMs, report.nextSlotMs]).toEqual([due.earlier.getTime(), due.next.getTime()]);
  expect({ paused, lastSuccess: report.lastSuccess }).toEqual({ paused: false, lastSuccess: null });
});

test('each slot has its run: green, and the work is done up to the last', async () => {
  for (const slot of [due.earlier, due.last]) await fire(stack, 'stuck-work', slot);
  await ended('stuck-work', 2);
  const { report } = of(await audit(), 'stuck-work');
  expect(report).toMatchObject({ worst: 'OK', gaps: [], owedSinceMs: null });
  expect(report.lastSuccess).toMatchObject({ slotMs: due.last.getTime(), run: 1, origin: 'schedule', asked: null });
});

test("what Temporal's retention has dropped, the ledger still proves", async () => {
  const { namespace } = stack;
  for (const { workflowId, workflowRunId: runId } of await ledgerOf(stack, 'stuck-work')) {
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
  }
  const known = async () => {
    const { executions } = await client.workflowService.listWorkflowExecutions({ namespace, query: STUCK_WORK });
    return executions.length;
  };
  await expect.poll(known, PATIENT).toBe(0);
  expect(of(await audit(), 'stuck-work').report).toMatchObject({ worst: 'OK', gaps: [] });
});

test('a run that failed is owed, also beside one that was done before it', async () => {
  for (const slot of [due.earlier, due.last]) await fire(stack, 'retention', slot);
  await ended('retention', 2);
  const failed = async () => {
    const { report } = of(await audit(), 'retention');
    return report;
  };
  // Temporal's list is a moment behind.
  await expect.poll(async () => (await failed()).gaps[0]?.execution, PATIENT).toBe('FAILED');
  expect(await failed()).toMatchObject({
    worst: 'FAILED',
    findings: [{ verdict: 'FAILED', because: expect.stringContaining(due.last.toISOString().slice(11, 16)) }],
    gaps: [{ slotMs: due.last.getTime(), why: 'failed', coveredBy: null }],
    owedSinceMs: due.last.getTime(),
    lastSuccess: { slotMs: due.earlier.getTime() },
  });
});

test.each(['retention', 'coupon-expiry'] as const)(
  'an order repairs %s: covered, by whom and why, and the gaps stay listed',
  async (id) => {
    repaired = true;
    const asked = { actor: 'cli:ann', reason: 'the cause is mended' };
    const before = of(await audit(), id).report.gaps;
    const { auditId } = await orders.trigger(id, asked);
    const done = async () => (await ledgerOf(stack, id)).find((run) => run.auditId === auditId)?.state;
    await expect.poll(done, PATIENT).toBe('succeeded');
    const { report } = of(await audit(), id);
    const coveredBy = expect.objectContaining({ slotMs: due.last.getTime(), origin: 'manual', asked });
    expect(report.worst).toBe('COVERED');
    expect(report.findings[0]?.because).toMatch(/cli:ann.*the cause is mended/);
    expect(before.length).toBeGreaterThan(0);
    expect(report.gaps).toEqual(before.map((gap) => ({ ...gap, coveredBy })));
    expect(report.owedSinceMs).toBeNull();
  },
);

test('a workflow that somebody terminated left its row open: failed, once its grace is over', async () => {
  await fire(stack, 'canary', due.last);
  const open = async () => (await ledgerOf(stack, 'canary')).map(({ state }) => state);
  await expect.poll(open, PATIENT).toEqual(['running']);
  expect(verdictsOf(of(await audit(), 'canary'))).toContain('RUNNING');
  const [run] = await ledgerOf(stack, 'canary');
  await client.workflow.getHandle(run?.workflowId ?? '').terminate('by hand');
  const gap = async () => of(await audit(), 'canary').report.gaps.at(-1);
  await expect.poll(gap, PATIENT).toMatchObject({
    ...{ slotMs: due.last.getTime(), why: 'failed', execution: 'TERMINATED', coveredBy: null },
  });
  expect(await open(), 'nobody has closed it').toEqual(['running']);
});

test('a row that is open beyond its time, and no workflow to it: running too long, never well', async () => {
  const endsBy = new Date(Date.now() - 1_000);
  await ledgerRow(stack, 'stuck-work', { slot: due.last, state: 'running', endsBy });
  const { report } = of(await audit(), 'stuck-work');
  expect(report.worst).toBe('RUNNING_TOO_LONG');
});

test('what somebody changed on the server, deleted or left there is told; the others are not', async () => {
  const handle = client.schedule.getHandle('cairn-coupon-expiry');
  const { spec, action } = await handle.describe();
  await handle.update((previous) => ({ ...previous, policies: { ...previous.policies, catchupWindow: 60_000 } }));
  await client.schedule.create({ scheduleId: 'cairn-of-old', spec, action, state: { paused: true } });
  await client.schedule.getHandle('cairn-retention').delete();
  const orphan = async () => (await audit()).schedules.find(({ temporalId }) => temporalId === 'cairn-of-old');
  await expect.poll(orphan, PATIENT).toMatchObject({ schedule: null, declared: null, report: { worst: 'ORPHAN' } });
  const seen = await audit();
  const because = (id: string) => of(seen, id).report.findings.find(({ verdict }) => verdict === 'DRIFTED')?.because;
  expect(because('coupon-expiry')).toBe('not as declared: catchUpS');
  expect(because('retention')).toBe('the server has no such schedule');
  expect([because('stuck-work'), because('canary')]).toEqual([undefined, undefined]);
});
