import { expect, test } from 'vitest';
import { createGroups, type Grouped } from '../../activities/groups.ts';
import { deferred } from '../support/deferred.ts';

/** Numbers become texts; every group that was worked on, and every number that was tried alone, is told. */
function working(how: Partial<Grouped<number, string>> = {}) {
  const told: (readonly number[] | number)[] = [];
  const { together = async (items) => items.map(String), alone = async (item) => `${item} alone` } = how;
  const ask = createGroups<number, string>({
    isEverybodys: () => false,
    atMost: 3,
    collectMs: 5,
    ...how,
    together: (items) => {
      told.push(items);
      return together(items);
    },
    alone: (item) => {
      told.push(item);
      return alone(item);
    },
  });
  return { ask, told };
}

test('what is asked for at once is done together, at most so many, and each gets its own', async () => {
  const { ask, told } = working();
  expect(await Promise.all([1, 2, 3, 4, 5].map(ask))).toEqual(['1', '2', '3', '4', '5']);
  expect(told).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('what comes while a group is worked on is the next one', async () => {
  const goOn = deferred();
  const { ask, told } = working({
    collectMs: 0,
    together: async (items) => {
      await goOn.promise;
      return items.map(String);
    },
  });
  const first = [1, 2, 3].map(ask);
  const later = [4, 5].map(ask);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(told).toEqual([[1, 2, 3]]);
  goOn.resolve();
  expect(await Promise.all([...first, ...later])).toHaveLength(5);
  expect(told).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('one that nobody joins is done alone', async () => {
  const { ask, told } = working();
  expect(await ask(7)).toBe('7 alone');
  expect(told).toEqual([7]);
});

test('what the group could not do is done alone, and the others have what they have', async () => {
  const { ask, told } = working({
    together: async (items) => items.map((item) => (item === 2 ? undefined : `${item}`)),
  });
  expect(await Promise.all([1, 2, 3].map(ask))).toEqual(['1', '2 alone', '3']);
  expect(told).toEqual([[1, 2, 3], 2]);
});

test('a group that breaks is done one by one, and only the bad one is told', async () => {
  const alone = async (item: number) => {
    if (item === 2) throw new Error('two is bad');
    return `${item} alone`;
  };
  const { ask } = working({ together: () => Promise.reject(new Error('one of us is bad')), alone });
  expect(await Promise.allSettled([1, 2, 3].map(ask))).toEqual([
    { status: 'fulfilled', value: '1 alone' },
    { status: 'rejected', reason: new Error('two is bad') },
    { status: 'fulfilled', value: '3 alone' },
  ]);
});

test("what is everybody's fault is tried once more, not once for each", async () => {
  const away = new Error('away');
  const { ask, told } = working({
    together: () => Promise.reject(away),
    alone: () => Promise.reject(away),
    isEverybodys: (error) => error === away,
  });
  const results = await Promise.allSettled([1, 2, 3].map(ask));
  expect(results).toEqual([1, 2, 3].map(() => ({ status: 'rejected', reason: away })));
  expect(told).toEqual([[1, 2, 3], 1]);
});
