import { expect, test } from 'vitest';
import { createGivingWay } from '../../../activities/reprocess/give-way.ts';
import type { Pool } from '../../../db/pool.ts';
import { newUpload } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';

const { db, query } = await testDatabase();

/** Gives way; how often it has looked, and whether it goes on. */
function giving(atMostMs?: number) {
  const state = { looks: 0, goesOn: false };
  const counting: Pool = {
    ...db,
    query: (sql, values) => {
      state.looks++;
      return db.query(sql, values);
    },
  };
  const done = createGivingWay(counting, atMostMs)().then(() => {
    state.goesOn = true;
  });
  return { state, done };
}

test('bulk waits while an upload is open that somebody waits for, and goes on when it has ended', async () => {
  const { id } = await newUpload(db);
  const { state, done } = giving(3_600_000);
  await expect.poll(() => state.looks, { timeout: 10_000 }).toBeGreaterThan(2);
  await query(`update uploads set state = 'processing' where id = $1`, [id]);
  const soFar = state.looks;
  await expect.poll(() => state.looks, { timeout: 10_000 }).toBeGreaterThan(soFar + 1);
  expect(state.goesOn).toBe(false);
  await query('delete from uploads where id = $1', [id]);
  await done;
});

test('a backlog of others holds it up for a bounded time only', async () => {
  await newUpload(db);
  const { state, done } = giving(150);
  await done;
  expect(state.looks).toBeGreaterThan(1);
  await query('delete from uploads');
});

test.each([
  ['of a bulk reprocess', 'reprocess_order = 1'],
  ['whose time has not come', `due_at = now() + interval '1 minute'`],
  ['that hangs for more than a minute', `due_at = now() - interval '2 minutes'`],
])('nobody waits for an upload %s', async (_, change) => {
  await newUpload(db);
  await query(`update uploads set ${change}`);
  const { state, done } = giving(3_600_000);
  await done;
  expect(state.looks).toBe(1);
  await query('delete from uploads');
});
