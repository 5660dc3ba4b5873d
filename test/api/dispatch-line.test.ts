import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Dispatching, dispatching, type StartOutcome } from '../../api/dispatch/line.ts';
import { createLog } from '../../platform/log.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const log = createLog({ process: 'test', level: 'silent', build: 'test' });

test('what was started is written down together, a second later', async () => {
  const { line, written } = lineOf([['a', 'b'], ['c']]);
  await line.dispatch(2);
  vi.advanceTimersByTime(900);
  await line.dispatch(2);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(200);
  await line.dispatch(2);
  expect(written).toEqual([{ rows: ['a', 'b', 'c'], againS: 300 }]);
  vi.advanceTimersByTime(5_000);
  await line.dispatch(2);
  expect(written, 'and once').toHaveLength(1);
});

test('what was refused is offered again at once', async () => {
  const { line, written } = lineOf([['a', 'refused']]);
  expect(await line.dispatch(2)).toEqual({ taken: 2, refused: 1, more: true, waits: false });
  expect(written).toEqual([{ rows: ['refused'], againS: 2 }]);
});

test('what is offered to a Temporal that has lost it is not put off by what was started before', async () => {
  const { line, written } = lineOf([['a']]);
  await line.dispatch(2);
  await line.offerAll({ perS: 1, withinS: 1 });
  vi.advanceTimersByTime(5_000);
  await line.dispatch(2);
  expect(written).toEqual([]);
});

test('more than can be kept in mind is written down before its time', async () => {
  const many = Array.from({ length: 600 }, (_, i) => `row ${i}`);
  const { line, written } = lineOf([many]);
  await line.dispatch(600);
  expect(written.map(({ rows }) => rows.length)).toEqual([600]);
});

function lineOf(batches: readonly (readonly string[])[]): {
  line: Dispatching;
  written: { rows: readonly string[]; againS: number }[];
} {
  const left = [...batches];
  const written: { rows: readonly string[]; againS: number }[] = [];
  const start = async (row: string): Promise<StartOutcome> => {
    if (row === 'refused') throw new Error('away');
    return 'running';
  };
  const line = dispatching<string>(
    {
      kind: 'uploads',
      take: async () => left.shift() ?? [],
      start,
      again: async (rows, againS) => void written.push({ rows, againS }),
      lost: async () => {},
      offerAll: async () => {},
      name: (row) => ({ row }),
    },
    log,
  );
  return { line, written };
}
