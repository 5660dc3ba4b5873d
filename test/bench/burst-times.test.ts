import { expect, test } from 'vitest';
import { burstTimes } from '../../bench/jobs/burst-times.ts';

const LOAD = { uploads: 20_000, perBurst: 50, ratePerS: 20, seed: 3 };

test('the same seed gives the same moments, another one others', () => {
  expect(burstTimes(LOAD)).toEqual(burstTimes(LOAD));
  expect(burstTimes({ ...LOAD, seed: 4 })).not.toEqual(burstTimes(LOAD));
});

test('uploads are due in bursts, at the rate that was asked for', () => {
  const times = burstTimes(LOAD);
  expect(times).toHaveLength(LOAD.uploads);
  expect(new Set(times).size).toBe(LOAD.uploads / LOAD.perBurst);
  const seconds = (times.at(-1) ?? 0) / 1_000;
  expect(LOAD.uploads / seconds).toBeGreaterThan(17);
  expect(LOAD.uploads / seconds).toBeLessThan(24);
});
