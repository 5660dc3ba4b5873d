import { expect, test } from 'vitest';
import { liveWorkers, removeDeadWorkers, removeWorker, renewWorker } from '../../db/workers.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
const worker = (id: string) => {
  return {
    id,
    build: 'b7',
    buildId: 'b7-0123',
    serves: false,
    takesBatches: false,
    queues: ['interactive', 'heavy'],
    pid: 42,
  };
};
const age = (id: string, interval: string) =>
  query('update workers set seen_at = now() - $2::interval where id = $1', [id, interval]);
const alive = async () => (await liveWorkers(db, 5)).map(({ id }) => id);

test('a worker lives while it renews its row, and a renewal is no second row', async () => {
  await renewWorker(db, worker('a'));
  await age('a', '6 seconds');
  expect(await alive()).toEqual([]);
  await renewWorker(db, worker('a'));
  expect(await liveWorkers(db, 5)).toEqual([{ ...worker('a'), startedAt: expect.any(Date), seenAt: expect.any(Date) }]);
});

test('a worker that leaves is gone at once; a dead one is remembered until it is tidied up', async () => {
  for (const id of ['leaving', 'dead', 'long-dead']) await renewWorker(db, worker(id));
  await removeWorker(db, 'leaving');
  await age('dead', '23 hours');
  await age('long-dead', '25 hours');
  const old = { before: new Date(Date.now() - 86_400_000), limit: 10 };
  expect([await removeDeadWorkers(db, old), await removeDeadWorkers(db, old)]).toEqual([1, 0]);
  expect(await alive()).toEqual(['a']);
  expect(await query('select id from workers order by id')).toEqual([{ id: 'a' }, { id: 'dead' }]);
});
