import { expect, test } from 'vitest';
import type { Client } from '../../bench/jobs/client.ts';
import { acknowledged } from '../../bench/jobs/measures/acknowledged.ts';
import { bursts } from '../../bench/jobs/measures/bursts.ts';

const recording = { body: Buffer.alloc(0), account: 0 };
const finishes = { untilReady: async () => {}, untilAllReady: async () => {}, close: async () => {} };
const load = { uploads: 6, perBurst: 2, ratePerS: 2_000, seed: 1 };

test('what is due is sent, though nothing before it was answered', async () => {
  const sent = gate(load.uploads);
  const client = clientOf(async () => sent.arrive());
  const { ackMs, endMs } = await bursts({ client, finishes, nextRecording: () => recording }, load);
  expect([ackMs.length, endMs.length]).toEqual([load.uploads, load.uploads]);
});

test('time counts from when an upload was due, not from when it was sent', async () => {
  const stallMs = 80;
  let calls = 0;
  const client = clientOf(async () => {
    if (calls++ === 0) for (const until = performance.now() + stallMs; performance.now() < until; ); // nothing leaves meanwhile
  });
  const { ackMs } = await bursts({ client, finishes, nextRecording: () => recording }, load);
  const dueDuringTheStall = ackMs.slice(1, load.perBurst);
  expect(Math.min(...dueDuringTheStall)).toBeGreaterThanOrEqual(stallMs);
});

test('an upload that is refused ends the measurement', async () => {
  const client = clientOf(() => Promise.reject(new Error('answered 503')));
  await expect(bursts({ client, finishes, nextRecording: () => recording }, load)).rejects.toThrow('answered 503');
});

test('a closed loop has as many in flight as it was told, and no more', async () => {
  let [inFlight, most] = [0, 0];
  const client = clientOf(async () => {
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight--;
  });
  const { accepted } = await acknowledged({ client, nextRecording: () => recording }, { uploads: 50, inFlight: 8 });
  expect([most, accepted.length]).toEqual([8, 50]);
});

function clientOf(answer: () => Promise<void>): Client {
  let sent = 0;
  return {
    submit: async ({ account }) => {
      const id = `upload ${sent++}`;
      await answer();
      return { id, account };
    },
    untilReady: async () => {},
    untilToldReady: async () => {},
    close: () => {},
  };
}

/** Nobody passes before so many have arrived. */
function gate(count: number): { arrive(): Promise<void> } {
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    arrive: () => {
      if (++arrived === count) open();
      return opened;
    },
  };
}
