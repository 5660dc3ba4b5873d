import { setImmediate as breath } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../platform/log.ts';
import { createLoops, type Loops } from '../../platform/loops.ts';

const log = createLog({ process: 'test', level: 'silent', build: 'test' });
let dead: string[] = [];
let loops: Loops;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  dead = [];
  loops = createLoops({ log, onDead: (name) => void dead.push(name) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A loop whose turns are ended by hand. */
function handTurned(name = 'hand') {
  const running: { end(error?: Error): void }[] = [];
  let turns = 0;
  const loop = loops.start({
    name,
    everyMs: 1_000,
    deadAfterMs: 10_000,
    turn: () => {
      turns++;
      return new Promise((resolve, reject) => running.push({ end: (error) => (error ? reject(error) : resolve()) }));
    },
  });
  const end = async (error?: Error) => {
    running.shift()?.end(error);
    await breath();
  };
  return { loop, end, turns: () => turns, running: () => running.length };
}

test('a loop turns at once, and again after its pause', async () => {
  const hand = handTurned();
  expect(hand.turns()).toBe(1);
  await hand.end();
  await vi.advanceTimersByTimeAsync(999);
  expect(hand.turns()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(hand.turns()).toBe(2);
});

test('held loops do not turn, and are not dead, before they are released; then they turn at once, later ones too', async () => {
  loops = createLoops({ log, onDead: (name) => void dead.push(name), held: true });
  const early = handTurned('early');
  early.loop.nudge();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([early.turns(), dead]).toEqual([0, []]);
  expect(loops.status()).toMatchObject([{ name: 'early', turns: 0, dead: false }]);
  loops.release();
  await vi.advanceTimersByTimeAsync(9_000);
  expect([early.turns(), handTurned('later').turns(), dead]).toEqual([1, 1, []]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(dead).toContain('early');
});

test('the first turn already finds its own loop in the status: the first heartbeat tells of itself', () => {
  let told: readonly string[] = [];
  const turn = async () => {
    told = loops.status().map(({ name }) => name);
  };
  loops.start({ name: 'heartbeat', everyMs: 1_000, deadAfterMs: 10_000, turn });
  expect(told).toEqual(['heartbeat']);
});

test('a hundred nudges during a turn are one more turn, and never two at once', async () => {
  const hand = handTurned();
  for (let i = 0; i < 100; i++) hand.loop.nudge();
  expect(hand.running()).toBe(1);
  await hand.end();
  expect(hand.turns()).toBe(2);
  expect(hand.running()).toBe(1);
  await hand.end();
  expect(hand.turns(), 'nothing was nudged since').toBe(2);
});

test('a nudge in the pause turns at once, and the pause begins anew', async () => {
  const hand = handTurned();
  await hand.end();
  await vi.advanceTimersByTimeAsync(500);
  hand.loop.nudge();
  expect(hand.turns()).toBe(2);
  await hand.end();
  await vi.advanceTimersByTimeAsync(999);
  expect(hand.turns()).toBe(2);
});

test('an error ends the turn and not the loop, thrown or rejected', async () => {
  const hand = handTurned();
  await hand.end(new Error('the database is away'));
  let thrown = 0;
  loops.start({
    name: 'throwing',
    everyMs: 1_000,
    deadAfterMs: 10_000,
    turn: () => {
      thrown++;
      throw new Error('before the first await');
    },
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect([hand.turns(), thrown]).toEqual([2, 2]);
  expect(loops.status().map(({ name, turns }) => [name, turns])).toEqual([
    ['hand', 1],
    ['throwing', 2],
  ]);
});

test('a turn that never ends is a dead loop, and only that one', async () => {
  handTurned('hung');
  const other = handTurned('well');
  for (let i = 0; i < 10; i++) {
    await other.end();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(dead).toEqual([]);
  await other.end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(new Set(dead)).toEqual(new Set(['hung']));
  expect(loops.status().map(({ name, dead }) => [name, dead])).toEqual([
    ['hung', true],
    ['well', false],
  ]);
});

test('a clock that is set an hour forward kills no loop', async () => {
  const hand = handTurned();
  await hand.end();
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(dead).toEqual([]);
  expect(Date.now() - Date.parse(loops.status()[0]?.lastTickAt ?? '')).toBeLessThan(5_000);
});

test('stop waits for the running turn, and nothing turns afterwards', async () => {
  const hand = handTurned();
  hand.loop.nudge();
  let stopped = false;
  const stopping = loops.stop().then(() => {
    stopped = true;
  });
  await breath();
  expect(stopped).toBe(false);
  await hand.end();
  await stopping;
  hand.loop.nudge();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(hand.turns(), 'not even the nudged turn').toBe(1);
  expect(dead).toEqual([]);
});

test('stop does not wait for a dead loop, which is why the process ends', async () => {
  handTurned('hung');
  await vi.advanceTimersByTimeAsync(11_000);
  expect(dead).toContain('hung');
  await loops.stop();
});
