import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type { ScheduleId } from '../../contracts/schedules.ts';
import type { Pool } from '../../db/pool.ts';
import { optionsOf } from '../../schedules/declared.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { createDeadManPings } from '../../services/dead-man-pings.ts';
import { startMonitor } from '../support/monitor.ts';
import { fire, ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

const PATIENT = { timeout: 60_000, interval: 20 };

/** Of the tests: what the ledger says when a ping arrives, and what the monitor answers. */
const states: string[] = [];
let answer: number | 'hang' = 200;
let databaseOfJobs: Pool | undefined;
const db = (): Pool => {
  if (!databaseOfJobs) throw new Error('the stack is not there yet');
  return databaseOfJobs;
};
const monitor = await startMonitor(async (ping) => {
  const rid = new URLSearchParams(ping.split(/[? ]/)[1]).get('rid');
  const { rows } = await db().query<{ state: string }>('select state from schedule_runs where workflow_run_id = $1', [
    rid,
  ]);
  states.push(rows[0]?.state ?? 'no row');
  return answer;
});

let breaksAfterCommit = 0;
const jobs: Jobs = {
  'stuck-work': async ({ count, finish }) => {
    await db().transaction(async (tx) => {
      await count(tx, { scanned: 2, changed: 1 });
      await finish(tx);
    });
  },
  retention: async () => {
    throw new Rejection('processing/original-missing', { detail: 'walker-17 is a person' });
  },
};

const urls = { 'stuck-work': monitor.url('stuck'), retention: monitor.url('retention') };
const log = { warn: () => {} };
const told = createDeadManPings<ScheduleId>({ urls, log });
const stack = await testStack({
  jobs,
  pings: {
    // A worker that dies between its commit and its word: the step breaks there, and is tried again.
    send: async (name, ping) => {
      if (ping.what === 'success' && breaksAfterCommit-- > 0) throw new Error('died before it could tell');
      return told.send(name, ping);
    },
  },
});
databaseOfJobs = stack.db;

beforeAll(async () => {
  for (const id of ['stuck-work', 'retention'] as const) {
    await stack.client.schedule.create({ ...optionsOf(id, MANIFEST[id]), state: { paused: true } });
  }
  await stack.startWorkers();
});
let before = 0;
beforeEach(() => {
  before = monitor.told.length;
  states.length = 0;
  answer = 200;
});

/** Fires the slot and waits for the end of its workflow; the id of its run. */
async function run(id: 'stuck-work' | 'retention', slot: Date): Promise<string> {
  await fire(stack, id, slot);
  const row = async () => (await ledgerOf(stack, id)).find((each) => each.slot.getTime() === slot.getTime());
  await expect.poll(row, PATIENT).toBeDefined();
  const { workflowId = '', workflowRunId = '' } = (await row()) ?? {};
  await stack.client.workflow
    .getHandle(workflowId)
    .result()
    .catch(() => undefined);
  return workflowRunId;
}

const pings = () => monitor.told.slice(before);

test('begun, and done after the commit, under the id of the run and with its counts', async () => {
  const rid = await run('stuck-work', new Date('2026-03-01T00:05:00Z'));
  expect(pings()).toEqual([`/stuck/start?rid=${rid}`, `/stuck?rid=${rid} scanned 2, changed 1, failed 0`]);
  expect(states[1]).toBe('succeeded');
});

test('failed, after it was written down, with its code and nothing else', async () => {
  const rid = await run('retention', new Date('2026-03-01T03:30:00Z'));
  expect(pings()).toEqual([`/retention/start?rid=${rid}`, `/retention/fail?rid=${rid} processing/original-missing`]);
  expect(states[1]).toBe('failed');
});

test('whoever dies between the commit and its word: the next attempt tells it', async () => {
  breaksAfterCommit = 1;
  const rid = await run('stuck-work', new Date('2026-03-01T00:10:00Z'));
  expect(pings()).toEqual([`/stuck/start?rid=${rid}`, `/stuck?rid=${rid} scanned 2, changed 1, failed 0`]);
  expect(breaksAfterCommit).toBeLessThanOrEqual(0);
  const [, row] = await ledgerOf(stack, 'stuck-work');
  expect(row, 'and does nothing again').toMatchObject({ state: 'succeeded', scanned: 2, run: 1 });
});

test.each(['hang', 500] as const)(
  'a monitor that answers %s fails no run, and the work does not wait for it',
  async (how) => {
    answer = how;
    const slot = new Date(how === 'hang' ? '2026-03-01T00:15:00Z' : '2026-03-01T00:20:00Z');
    await run('stuck-work', slot);
    const row = (await ledgerOf(stack, 'stuck-work')).find((each) => each.slot.getTime() === slot.getTime());
    expect(row).toMatchObject({ state: 'succeeded', run: 1 });
    const starts = pings().flatMap((ping, i) => (ping.includes('/start') ? [states[i]] : []));
    expect(starts, 'each tried twice').toHaveLength(2);
    expect(starts[1], 'the work was done while the monitor still said nothing').toBe('succeeded');
  },
);
