import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Capacity } from '../../api/dispatch/capacity.ts';
import { createInFlight } from '../../api/dispatch/in-flight.ts';
import { dispatching, type Line } from '../../api/dispatch/line.ts';
import { seenNamespace } from '../../api/dispatch/seen-namespace.ts';
import { type UploadUnit, uploadLine } from '../../api/dispatch/uploads.ts';
import { type Dispatcher, type DispatcherDeps, startDispatcher } from '../../api/dispatcher.ts';
import type { NewUpload } from '../../db/uploads.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';
import { newUpload } from '../db/support.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
const BATCHES: Capacity = { workers: 1, takesBatches: true };

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

const running = async (): Promise<'running'> => 'running';
const IDS = ({ id }: { id: string }) => id;

/** Units as they were started, each with its ids. */
function recorder() {
  const units: { ids: string[]; batch: string | null }[] = [];
  const start = async (unit: UploadUnit) => {
    units.push({ ids: unit.map(IDS).sort(), batch: unit[0].batch });
    return running();
  };
  return { units, start };
}

const several = async (count: number, changes: Partial<NewUpload> = {}) => {
  const made: string[] = [];
  for (let i = 0; i < count; i++) made.push((await newUpload(db, changes)).id);
  return made.sort();
};

test('uploads that wait go together, as one batch that their rows name', async () => {
  const ids = await several(5);
  const { units, start } = recorder();
  dispatcher({ start, capacity: BATCHES });
  await expect.poll(() => units.length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(units).toEqual([{ ids, batch: expect.any(String) }]);
  expect(await query('select distinct batch from uploads')).toEqual([{ batch: units[0]?.batch }]);
});

test('two go by themselves', async () => {
  const two = await several(2);
  const { units, start } = recorder();
  dispatcher({ start, capacity: BATCHES });
  await expect.poll(() => units.map(({ ids }) => ids[0]).sort(), { timeout: 20_000 }).toEqual(two);
  expect(units.map(({ batch }) => batch)).toEqual([null, null]);
});

test('all go by themselves where a worker does not know batches', async () => {
  const ids = await several(4);
  const { units, start } = recorder();
  dispatcher({ start, capacity: { workers: 2, takesBatches: false } });
  await expect.poll(() => units.length, { timeout: 20_000 }).toBe(4);
  expect(units.map(({ batch }) => batch)).toEqual([null, null, null, null]);
  expect(units.flatMap((unit) => unit.ids).sort()).toEqual(ids);
});

test('a large file, a later run and one that was tried before go by themselves beside a batch', async () => {
  const together = await several(3);
  const [large = '', later = '', tried = ''] = [
    ...(await several(1, { inflatedBytes: 9_000_000 })),
    ...(await several(2)),
  ];
  await query('update uploads set run = 2 where id = $1', [later]);
  await query('update uploads set attempts = 1 where id = $1', [tried]);
  const { units, start } = recorder();
  dispatcher({ start, capacity: { workers: 9, takesBatches: true } });
  await expect.poll(() => units.length, { timeout: 20_000 }).toBe(4);
  expect(units.filter(({ batch }) => batch !== null)).toMatchObject([{ ids: together }]);
  const alone = units.filter(({ batch }) => batch === null).flatMap(({ ids }) => ids);
  expect(alone.sort()).toEqual([large, later, tried].sort());
});

test('a batch is of 25 uploads and 8 MB at most', async () => {
  await several(30);
  const { units, start } = recorder();
  dispatcher({ start, capacity: { workers: 9, takesBatches: true } });
  await expect.poll(() => units.map(({ ids }) => ids.length).sort(), { timeout: 20_000 }).toEqual([25, 5]);
  await query('delete from uploads');
  units.length = 0;
  await several(7, { inflatedBytes: 2_000_000 });
  await expect.poll(() => units.flatMap(({ ids }) => ids).length, { timeout: 20_000 }).toBe(7);
  for (const { ids } of units) expect(ids.length).toBeLessThanOrEqual(4);
});

test('beside one that has just begun there is room for ten together; else when it has ended, or has taken 150 ms', async () => {
  const clock = { ms: 0 };
  const inFlight = createInFlight(db, () => clock.ms);
  const hasRoom = (goTogether = true) => inFlight.hasRoom({ workers: 1, goTogether });
  const [first = ''] = await several(1);
  await query(`update uploads set dispatch_at = now() + interval '10 seconds'`);
  expect(await hasRoom()).toBe(true);
  inFlight.began([first]);
  await several(9);
  expect(await hasRoom()).toBe(false);
  expect(await hasRoom(false)).toBe(true); // each of them by itself: two are in flight
  clock.ms = 151;
  expect(await hasRoom()).toBe(true);
  clock.ms = 0;
  await several(1);
  expect(await hasRoom()).toBe(true);
  await query(`update uploads set dispatch_at = now() + interval '10 seconds'`);
  expect(await hasRoom()).toBe(false);
  await query(
    `update uploads set state = 'failed', finished_at = now(), dispatch_at = null, build = 'b', failure = $2 where id = $1`,
    [first, { code: 'gpx/not-gpx', facts: {} }],
  );
  expect(await hasRoom()).toBe(true);
});

test('while two are open nothing further begins; when one has ended what has come meanwhile goes together', async () => {
  const [first = '', second = ''] = await several(2);
  const { units, start } = recorder();
  dispatcher({ start, capacity: BATCHES });
  await expect.poll(() => units.length, { timeout: 20_000 }).toBe(2);
  const later = await several(4);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(units).toHaveLength(2);
  await query(`update uploads set state = 'processing', dispatch_at = null where id = $1`, [first]);
  await query(
    `update uploads set state = 'failed', finished_at = now(), dispatch_at = null, build = 'b', failure = $2 where id = $1`,
    [second, { code: 'gpx/not-gpx', facts: {} }],
  );
  await expect.poll(() => units.slice(2), { timeout: 4_000 }).toEqual([{ ids: later, batch: expect.any(String) }]);
});

test('what does not end for five seconds keeps nobody waiting', async () => {
  await several(2);
  const { units, start } = recorder();
  dispatcher({ start, capacity: BATCHES });
  await expect.poll(() => units.length, { timeout: 20_000 }).toBe(2);
  const [later] = await several(1);
  await expect.poll(() => units.at(-1), { timeout: 10_000 }).toEqual({ ids: [later], batch: null });
});
