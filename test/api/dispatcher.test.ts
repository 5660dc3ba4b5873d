import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Capacity } from '../../api/dispatch/capacity.ts';
import { dispatching, type Line } from '../../api/dispatch/line.ts';
import { seenNamespace } from '../../api/dispatch/seen-namespace.ts';
import { type UploadUnit, uploadLine } from '../../api/dispatch/uploads.ts';
import { type Dispatcher, type DispatcherDeps, startDispatcher } from '../../api/dispatcher.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';
import { newUpload } from '../db/support.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
beforeEach(async () => {
  await query('delete from uploads');
  await query('delete from temporal_namespace');
});

/** Nudged every 50 ms, over a Temporal that the test holds in its hand. */
function dispatcher({
  start,
  namespaceId = async () => 'one',
  capacity = { workers: 1, takesBatches: false },
}: Partial<Pick<DispatcherDeps, 'namespaceId'>> & {
  start: Line<UploadUnit>['start'];
  capacity?: Capacity;
}): Dispatcher {
  const log = createLog({ process: 'test', level: 'silent', build: 'test' });
  const loops = createLoops({ log, onDead: () => {} });
  const started = startDispatcher({
    loops,
    log,
    lines: [dispatching(uploadLine(db, { start, log, capacity: () => capacity, batchAtMost: 25 }), log)],
    namespaceId,
    seen: seenNamespace(db),
  });
  const nudging = setInterval(() => started.nudge(), 50);
  onTestFinished(() => {
    clearInterval(nudging);
    return loops.stop();
  });
  return started;
}

test('a Temporal that has lost its data between two starts gets every open upload again', async () => {
  const { id } = await newUpload(db);
  const temporal = { namespaceId: 'first' };
  const starts: string[] = [];
  dispatcher({
    namespaceId: async () => temporal.namespaceId,
    start: async ([upload]) => {
      starts.push(`${temporal.namespaceId}:${upload.id}`);
      return 'running';
    },
  });
  await expect.poll(() => starts, { timeout: 20_000 }).toEqual([`first:${id}`]);
  await new Promise((resolve) => setTimeout(resolve, 2_500)); // it looks at the same one again
  expect(starts).toEqual([`first:${id}`]);
  temporal.namespaceId = 'other';
  await expect.poll(() => starts, { timeout: 20_000 }).toEqual([`first:${id}`, `other:${id}`]);
});

test('rows that were restored beside a new Temporal are offered to it at once, by an API that never knew the old one', async () => {
  const { id } = await newUpload(db);
  // As the backup has it: handed to a Temporal that is gone, to be looked at again in five minutes.
  await query(`update uploads set dispatch_at = now() + interval '5 minutes'`);
  await query(`insert into temporal_namespace (id) values ('of the lost installation')`);
  const starts: string[] = [];
  dispatcher({
    namespaceId: async () => 'new',
    start: async ([upload]) => {
      starts.push(upload.id);
      return 'running';
    },
  });
  await expect.poll(() => starts, { timeout: 20_000 }).toEqual([id]);
  expect(await query('select id from temporal_namespace')).toEqual([{ id: 'new' }]);
});

test('an API that starts beside the Temporal that it left offers nothing again', async () => {
  await newUpload(db);
  await query(`update uploads set dispatch_at = now() + interval '5 minutes'`);
  await query(`insert into temporal_namespace (id) values ('the same')`);
  const starts: string[] = [];
  const looked: string[] = [];
  dispatcher({
    namespaceId: async () => {
      looked.push('again');
      return 'the same';
    },
    start: async ([upload]) => {
      starts.push(upload.id);
      return 'running';
    },
  });
  await expect.poll(() => looked.length, { timeout: 20_000 }).toBeGreaterThan(1);
  expect(starts).toEqual([]);
});

test('one that does not answer is away, is asked for with one start at a time, and gets all that is open when it is back', async () => {
  const ids = [(await newUpload(db)).id, (await newUpload(db)).id, (await newUpload(db)).id];
  const temporal = { answers: false, open: 0, most: 0 };
  const taken = new Set<string>();
  const { status } = dispatcher({
    namespaceId: async () => (temporal.answers ? 'first' : undefined),
    start: async ([upload]) => {
      temporal.most = Math.max(temporal.most, ++temporal.open);
      await new Promise((resolve) => setTimeout(resolve, 20));
      temporal.open--;
      if (!temporal.answers) throw new Error('away');
      taken.add(upload.id);
      return 'running';
    },
  });
  await expect.poll(status, { timeout: 20_000 }).toBe('away');
  await expect.poll(() => temporal.most, { timeout: 20_000 }).toBe(1);
  temporal.answers = true;
  await expect.poll(() => [...taken].sort(), { timeout: 20_000 }).toEqual([...ids].sort());
  expect(status()).toBe('reachable');
});
