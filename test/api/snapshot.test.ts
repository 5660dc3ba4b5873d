import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSnapshot } from '../../api/metrics/snapshot.ts';

test('many who ask at once are one read, and its answer serves until it is old', async () => {
  let reads = 0;
  const fresh = createSnapshot(async () => ++reads, { freshForMs: 60_000, patienceMs: 10_000 });
  expect(await Promise.all([fresh(), fresh(), fresh()])).toEqual([1, 1, 1]);
  expect(await fresh()).toBe(1);
  const old = createSnapshot(async () => ++reads, { freshForMs: 0, patienceMs: 10_000 });
  expect([await old(), await old()]).toEqual([2, 3]);
});

test('a read that fails is no answer, and the next one is tried', async () => {
  let reads = 0;
  const snapshot = createSnapshot(
    async () => {
      if (++reads === 1) throw new Error('away');
      return reads;
    },
    { freshForMs: 60_000, patienceMs: 10_000 },
  );
  expect(await snapshot()).toBeUndefined();
  expect(await snapshot()).toBe(2);
});

test('a read that hangs is waited for so long and no longer, and no second one is begun beside it', async () => {
  const reads: ((value: string) => void)[] = [];
  const read = () => new Promise<string>((resolve) => void reads.push(resolve));
  const snapshot = createSnapshot(read, { freshForMs: 60_000, patienceMs: 30 });
  expect(await snapshot()).toBeUndefined();
  expect(await snapshot()).toBeUndefined();
  expect(reads.length).toBe(1);
  reads[0]?.('late');
  await pause(0);
  expect(await snapshot()).toBe('late');
});
