import { expect, test } from 'vitest';
import { createTokenBuckets } from '../../platform/token-buckets.ts';

const taken = (take: () => boolean, times: number) => Array.from({ length: times }, take).filter(Boolean).length;

test('so many at once, then as many as come again in time, and never more than fit', () => {
  let nowMs = 0;
  const buckets = createTokenBuckets(60, () => nowMs);
  const take = () => buckets.take('192.0.2.1');
  expect(taken(take, 100)).toBe(60);
  nowMs += 5_000;
  expect(taken(take, 100)).toBe(5);
  nowMs += 3_600_000;
  expect(taken(take, 100)).toBe(60);
});

test('what is given back can be taken again', () => {
  const buckets = createTokenBuckets(10, () => 0);
  for (let i = 0; i < 1_000; i++) {
    expect(buckets.take('192.0.2.1')).toBe(true);
    buckets.giveBack('192.0.2.1');
  }
  buckets.giveBack('192.0.2.1');
  expect(taken(() => buckets.take('192.0.2.1'), 100)).toBe(10);
});

test.each([
  ['two of IPv4', '192.0.2.1', '192.0.2.2', false],
  ['two of one network of IPv6', '2001:db8::1', '2001:db8:0:0:ffff::2', true],
  ['two networks of IPv6', '2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['IPv4 as IPv6 writes it', '::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['with its interface', 'fe80::1%eth0', 'fe80::2%eth0', true],
])('%s', (_, one, other, share) => {
  const buckets = createTokenBuckets(10, () => 0);
  expect(taken(() => buckets.take(one), 100)).toBe(10);
  expect(buckets.take(other)).toBe(!share);
});

test('of 10,000 addresses the one that was quiet for longest is forgotten', () => {
  const buckets = createTokenBuckets(10, () => 0);
  const noisy = () => buckets.take('192.0.2.1');
  expect(taken(noisy, 100)).toBe(10);
  for (let i = 0; i < 9_999; i++) buckets.take(`10.0.${i >> 8}.${i & 255}`);
  expect(noisy()).toBe(false);
  for (let i = 0; i < 10_000; i++) buckets.take(`10.1.${i >> 8}.${i & 255}`);
  expect(taken(noisy, 100)).toBe(10);
});
