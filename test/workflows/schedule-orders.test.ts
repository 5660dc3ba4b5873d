import { beforeAll, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { createKey } from '../../cli/keys.ts';
import type { Pool } from '../../db/pool.ts';
import { applySchedules } from '../../schedules/apply.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

let databaseOfJobs: Pool | undefined;
const jobs: Jobs = {
  'coupon-expiry': async ({ count, finish }) => {
    await databaseOfJobs?.transaction(async (tx) => {
      await count(tx, { scanned: 1 });
      await finish(tx);
    });
  },
};

const stack = await testStack({ jobs });
databaseOfJobs = stack.db;
const PATIENT = { timeout: 60_000, interval: 50 };
const reason = 'because the test says so';
const { id: keyId, key } = await createKey(stack.db, { kind: 'operator', name: 'test' });

beforeAll(async () => {
  const { db, client, codecKeys } = stack;
  await applySchedules({ db, client, manifest: MANIFEST, sealingKey: codecKeys.current });
  await stack.startWorkers();
});

async function order(schedule: string, does: string, body: object) {
  const url = `/v1/ops/schedules/${schedule}/${does}`;
  const headers = { authorization: `Bearer ${key}` };
  const answer = await stack.app.inject({ method: 'POST', url, headers, payload: body });
  return { status: answer.statusCode, ...answer.json() };
}

const audited = () =>
  stack.query<{ id: number; action: string }>('select id, actor, action, reason, facts from ops_audit order by id');

test('a pause is in force, and says in Temporal and in the audit who and why; a resume ends it', async () => {
  const paused = await order('retention', 'pause', { reason });
  expect(paused).toEqual({ status: 200, schedule: 'retention', paused: true, auditId: expect.any(Number) });
  const handle = stack.client.schedule.getHandle('cairn-retention');
  expect((await handle.describe()).state).toMatchObject({
    paused: true,
    note: `${reason} (${keyId}, order ${paused.auditId})`,
  });
  expect(await order('retention', 'resume', { reason })).toMatchObject({ status: 200, paused: false });
  expect((await handle.describe()).state.paused).toBe(false);
  expect(await audited()).toMatchObject([
    { id: paused.auditId, actor: keyId, action: 'schedule.pause', reason, facts: { schedule: 'retention' } },
    { actor: keyId, action: 'schedule.resume', reason },
  ]);
});

test('a trigger runs the latest slot that is due, by its order and not as a fire', async () => {
  const { status, auditId, runs } = await order('coupon-expiry', 'trigger', { reason });
  const slot = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  expect({ status, runs }).toEqual({
    status: 202,
    runs: [{ slot: slot.toISOString(), workflowId: `schedule:coupon-expiry:${slot.toISOString()}:${auditId}` }],
  });
  const rows = () => ledgerOf(stack, 'coupon-expiry');
  await expect.poll(rows, PATIENT).toMatchObject([{ slot, run: 1, origin: 'manual', auditId, state: 'succeeded' }]);
  expect(await audited()).toContainEqual(expect.objectContaining({ id: auditId, action: 'schedule.trigger' }));
});

test('a backfill lists its slots first, and then runs each of them once', async () => {
  const range = { from: '2026-03-01T00:30:00Z', to: '2026-03-01T03:00:00Z' };
  const hours = ['01', '02', '03'].map((hour) => `2026-03-01T${hour}:00:00.000Z`);
  const before = (await audited()).length;
  const dry = await order('coupon-expiry', 'backfill', { reason, ...range });
  expect(dry).toEqual({ status: 200, schedule: 'coupon-expiry', dryRun: true, slots: hours });
  expect(await audited()).toHaveLength(before);
  const { status, auditId, runs } = await order('coupon-expiry', 'backfill', { reason, ...range, dryRun: false });
  expect(status).toBe(202);
  expect(runs.map(({ slot }: { slot: string }) => slot)).toEqual(hours);
  const rows = async () => (await ledgerOf(stack, 'coupon-expiry')).filter(({ origin }) => origin === 'backfill');
  const done = hours.map((slot) =>
    expect.objectContaining({ slot: new Date(slot), run: 1, auditId, state: 'succeeded' }),
  );
  await expect
    .poll(async () => (await rows()).sort((a, b) => a.slot.getTime() - b.slot.getTime()), PATIENT)
    .toEqual(done);
  expect(await audited()).toContainEqual(
    expect.objectContaining({ action: 'schedule.backfill', facts: { schedule: 'coupon-expiry', slots: hours } }),
  );
});

test('what cannot be done is refused by a code, and nothing is written down', async () => {
  const before = (await audited()).length;
  const past = { from: '2026-03-01T00:00:00Z', to: '2026-03-31T00:00:00Z' };
  const future = { from: '2026-03-01T00:00:00Z', to: new Date(Date.now() + 60_000).toISOString() };
  await stack.client.schedule.getHandle('cairn-canary').delete();
  expect(await order('canary', 'pause', { reason })).toMatchObject({ status: 409, code: 'schedule/not-registered' });
  expect(await order('no-such', 'pause', { reason })).toMatchObject({ status: 404, code: 'request/not-found' });
  expect(await order('retention', 'pause', { reason: 'short' })).toMatchObject({
    status: 400,
    code: 'request/invalid',
  });
  expect(await order('retention', 'trigger', {})).toMatchObject({ status: 400, code: 'request/invalid' });
  expect(await order('canary', 'backfill', { reason, ...past, dryRun: false })).toMatchObject({
    ...{ status: 422, code: 'schedule/too-many-slots', limit: 'slots', limitValue: 100 },
  });
  for (const range of [future, { from: past.to, to: past.from }]) {
    expect(await order('retention', 'backfill', { reason, ...range })).toMatchObject({
      status: 400,
      code: 'request/invalid',
    });
  }
  expect(await audited()).toHaveLength(before);
});
