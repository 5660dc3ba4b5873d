import { expect, onTestFinished, test } from 'vitest';
import type { Dispatching, LineKind } from '../../api/dispatch/line.ts';
import { type Dispatcher, startDispatcher } from '../../api/dispatcher.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';

/** Over lines that the test holds in its hand, and a Temporal that is there. */
function dispatcher(lines: readonly Pick<Dispatching, 'kind' | 'dispatch'>[]): Dispatcher {
  const log = createLog({ process: 'test', level: 'silent', build: 'test' });
  const loops = createLoops({ log, onDead: () => {} });
  onTestFinished(() => loops.stop());
  return startDispatcher({
    loops,
    log,
    lines: lines.map((line) => ({ ...line, offerAll: async () => {} })),
    namespaceId: async () => 'one',
    seen: { find: async () => 'one', keep: async () => {} },
  });
}

test('something of one kind is asked for at once, and nothing else with it; all kinds are asked every two seconds', async () => {
  const asked: LineKind[] = [];
  const line = (kind: LineKind) => ({
    kind,
    dispatch: async () => {
      asked.push(kind);
      return { taken: 0, refused: 0, more: false, waits: false };
    },
  });
  const { nudge } = dispatcher([line('uploads'), line('webhooks')]);
  const isSweep = () => asked.includes('webhooks');
  await expect.poll(isSweep, { timeout: 20_000, interval: 5 }).toBe(true);
  asked.length = 0;
  nudge('uploads');
  await expect.poll(() => asked.length, { timeout: 1_000, interval: 5 }).toBeGreaterThan(0);
  expect(asked).toEqual(['uploads']);
  await expect.poll(isSweep, { timeout: 20_000, interval: 5 }).toBe(true);
  asked.length = 0;
  nudge();
  await expect.poll(() => asked, { timeout: 1_000, interval: 5 }).toEqual(['uploads', 'webhooks']);
});

test('what comes while a backlog of another kind is worked off waits for one batch of it', async () => {
  const asked: LineKind[] = [];
  const { nudge } = dispatcher([
    {
      kind: 'uploads',
      dispatch: async () => {
        asked.push('uploads');
        return { taken: 0, refused: 0, more: false, waits: false };
      },
    },
    {
      kind: 'stripe-events',
      dispatch: async () => {
        asked.push('stripe-events');
        if (asked.length === 10) nudge('uploads');
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { taken: 2, refused: 0, more: asked.length < 60, waits: false };
      },
    },
  ]);
  await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(60);
  expect(asked.indexOf('uploads', 1)).toBe(10);
});

test('a line without room is asked again in a moment, and not by what comes before', async () => {
  const askedAt: number[] = [];
  const { nudge } = dispatcher([
    {
      kind: 'uploads',
      dispatch: async () => {
        askedAt.push(performance.now());
        return { taken: 0, refused: 0, more: false, waits: askedAt.length < 5 };
      },
    },
  ]);
  const nudging = setInterval(() => nudge('uploads'), 1);
  onTestFinished(() => clearInterval(nudging));
  await expect.poll(() => askedAt.length, { timeout: 20_000, interval: 2 }).toBeGreaterThanOrEqual(5);
  const waited = askedAt.slice(1, 5).map((at, i) => at - (askedAt[i] ?? 0));
  for (const ms of waited) expect(ms).toBeGreaterThanOrEqual(14);
});
