import { beforeAll, expect, test } from 'vitest';
import type { ScheduleId } from '../../contracts/schedules.ts';
import { notePauses } from '../../schedules/note-pauses.ts';
import { createScheduleOrders } from '../../schedules/orders.ts';
import { allDone, applyLongAgo, auditNow, dueSchedules, of } from '../support/due-schedules.ts';
import { testStack } from '../support/stack.ts';
import { holdingReply } from '../support/temporal-replies.ts';

const due = dueSchedules();
const stack = await testStack({ manifest: due.manifest });
const { client, db } = stack;
const orders = createScheduleOrders({ db, client, manifest: due.manifest });
const ANN = { actor: 'cli:ann', reason: 'until Stripe is back' };

beforeAll(async () => {
  await applyLongAgo(stack, due);
  await allDone(stack, due);
});

/** As a turn of the watchdog does it. */
async function look() {
  const seen = await auditNow(stack, due);
  await notePauses(db, seen);
  return seen;
}

const written = (id: ScheduleId) =>
  stack.query<{ actor: string; action: string }>(
    `select actor, action from ops_audit where facts ->> 'schedule' = $1 order by id`,
    [id],
  );
const handleOf = (id: ScheduleId) => client.schedule.getHandle(`cairn-${id}`);
const settle = () => stack.query(`update ops_audit set at = at - interval '61 seconds'`);

test('a pause behind our back is written down when it is first seen, once, and so is its end', async () => {
  await handleOf('retention').pause('by hand, in the Web UI');
  const first = of(await look(), 'retention');
  expect(first).toMatchObject({ paused: true, report: { worst: 'PAUSED' } });
  expect(first.report.findings[0]?.because).toContain('by hand, in the Web UI');
  expect(first.report.findings[0]?.because).toContain('nobody saw since when');
  for (let turns = 0; turns < 3; turns++) await look();
  expect(await written('retention')).toEqual([{ actor: 'outside', action: 'schedule.pause' }]);
  expect(of(await look(), 'retention').report.findings[0]?.because).toMatch(/^by somebody outside Cairn .* since 20/);

  await settle();
  await handleOf('retention').unpause('by hand');
  for (let turns = 0; turns < 3; turns++) await look();
  expect(await written('retention')).toEqual([
    { actor: 'outside', action: 'schedule.pause' },
    { actor: 'outside', action: 'schedule.resume' },
  ]);
  expect(of(await look(), 'retention').report.worst).toBe('OK');
});

test('two API processes that see it at once write it once', async () => {
  await handleOf('canary').pause('by hand');
  const seen = await auditNow(stack, due);
  await Promise.all([1, 2, 3].map(() => notePauses(db, seen)));
  expect(await written('canary')).toHaveLength(1);
});

test("Cairn's own order is not written down again, by whatever an audit beside it has seen", async () => {
  const before = await auditNow(stack, due);
  await orders.pause('coupon-expiry', ANN);
  await notePauses(db, before); // it saw a schedule that was not paused yet
  await look();
  await settle();
  await look();
  expect(await written('coupon-expiry')).toEqual([{ actor: 'cli:ann', action: 'schedule.pause' }]);
  const because = of(await look(), 'coupon-expiry').report.findings[0]?.because;
  expect(because).toMatch(/^by cli:ann \("until Stripe is back"\), since /);
});

test('an order that Temporal has taken and that is not committed yet is waited for', async () => {
  const { client: slow, release, held } = holdingReply(client);
  const ordered = createScheduleOrders({ db, client: slow, manifest: due.manifest }).pause('stuck-work', ANN);
  await held;
  const seen = await auditNow(stack, due);
  expect(of(seen, 'stuck-work').paused).toBe(true);
  const noted = notePauses(db, seen);
  await expect
    .poll(async () => (await stack.query(`select from pg_stat_activity where wait_event = 'advisory'`)).length, {
      timeout: 20_000,
    })
    .toBeGreaterThan(0);
  release();
  await Promise.all([ordered, noted]);
  expect(await written('stuck-work')).toEqual([{ actor: 'cli:ann', action: 'schedule.pause' }]);
});

test('a slot that passes in a pause that was seen is paused, not missed; one before it is excused by nothing', async () => {
  await stack.query(`delete from schedule_runs where schedule = 'canary'`);
  await stack.query(`update ops_audit set at = now() - interval '30 minutes' where facts ->> 'schedule' = 'canary'`);
  const { report } = of(await auditNow(stack, due), 'canary');
  expect(report.gaps.map(({ slotMs, why }) => ({ slotMs, why }))).toEqual([
    { slotMs: due.earlier.getTime(), why: 'missed' },
    { slotMs: due.last.getTime(), why: 'paused' },
  ]);
});

test('paused for more than a day: red', async () => {
  await stack.query(
    `update ops_audit set at = now() - interval '25 hours' where facts ->> 'schedule' = 'coupon-expiry'`,
  );
  expect(of(await auditNow(stack, due), 'coupon-expiry').report.worst).toBe('PAUSED_TOO_LONG');
});
