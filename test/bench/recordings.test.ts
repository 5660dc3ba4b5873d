import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ACCOUNTS, createRecordings, POINTS } from '../../bench/jobs/recordings.ts';
import { deriveRecording } from '../../domain/derive-recording.ts';

/** A program of the peers, in JavaScript. */
const { readTrack }: { readTrack(gpx: Buffer): { points: number; distanceM: number } } = await import(
  new URL('../../bench/jobs/peers/read-track.mjs', import.meta.url).href
);

test('each is a recording of its own, also among those of other accounts', () => {
  const next = createRecordings();
  const made = Array.from({ length: 3 * ACCOUNTS }, next);
  expect(new Set(made.map(({ body }) => createHash('sha256').update(body).digest('hex'))).size).toBe(made.length);
});

test('no two of one account begin on the same day: they are no near-duplicates', () => {
  const next = createRecordings();
  const made = Array.from({ length: 3 * ACCOUNTS }, next);
  const days = made
    .filter(({ account }) => account === 4)
    .map(({ body }) => /<time>(\S{10})T/.exec(body.toString())?.[1]);
  expect(days).toHaveLength(3);
  expect(new Set(days).size).toBe(3);
});

test('it has 206 kB, and Cairn and the peers see the same points in it', () => {
  const { body } = createRecordings()();
  const settings = { name: null, sport: null, zone: { radiusM: 0, key: 0 } };
  const { statistics } = deriveRecording(body, { format: 'gpx', receivedAtMs: Date.UTC(2026, 10, 21), ...settings });
  const peer = readTrack(body);
  expect(Math.round(body.length / 1_000)).toBe(206);
  expect([statistics.points, peer.points]).toEqual([POINTS, POINTS]);
  expect(peer.distanceM / statistics.distanceM).toBeGreaterThan(0.9);
  expect(peer.distanceM / statistics.distanceM).toBeLessThan(1.1);
});
