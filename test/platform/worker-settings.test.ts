import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { QUEUES } from '../../contracts/queues.ts';
import { readConfig } from '../../platform/config.ts';
import { DEFAULT_LIMITS, WORKER_SETTINGS } from '../../platform/worker-settings.ts';

const GOOD = {
  DATABASE_URL: 'postgres://cairn@127.0.0.1:5432/cairn',
  CAIRN_TEMPORAL_ADDRESS: '127.0.0.1:7233',
  CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  CAIRN_BLOB_DIR: '/var/lib/cairn/blobs',
};
const workerWith = (settings: Readonly<Record<string, string>>) => readConfig({ ...GOOD, ...settings }).worker;

test('a worker polls every queue unless it is told which', () => {
  expect(workerWith({})).toMatchObject({ queues: Object.values(QUEUES), limits: DEFAULT_LIMITS });
  expect(workerWith({ CAIRN_WORKER_QUEUES: ' billing, webhooks,billing' }).queues).toEqual([
    QUEUES.billing,
    QUEUES.webhooks,
  ]);
});

test.each(['cairn-billing', 'biling', 'billing,', 'toString', ','])('the queues `%s` are refused', (queues) => {
  expect(() => workerWith({ CAIRN_WORKER_QUEUES: queues })).toThrow(
    'CAIRN_WORKER_QUEUES must be names of queues (interactive, heavy, maintenance, billing, webhooks), separated by commas',
  );
});

test('each queue has its slots, and each number its bounds', () => {
  const { limits } = workerWith({ CAIRN_SLOTS_HEAVY: '3', CAIRN_SLOTS_BILLING: '200', CAIRN_POLLERS: '2' });
  expect(limits).toEqual({ slots: { ...DEFAULT_LIMITS.slots, heavy: 3, billing: 200 }, pollers: 2 });
  const numbers = Object.keys(WORKER_SETTINGS).filter((name) => /SLOTS|POLLERS/.test(name));
  expect(numbers).toHaveLength(Object.keys(QUEUES).length + 1);
  for (const name of numbers) {
    for (const value of ['0', '201', '-1', '2.5', 'many', '1e1']) {
      expect(() => workerWith({ [name]: value }), `${name}=${value}`).toThrow(`${name} must be a whole number`);
    }
  }
});

test('open runs move on and a new build takes over by itself, unless it is said otherwise', () => {
  expect(workerWith({})).toMatchObject({ versioning: 'auto-upgrade', release: 'at-start' });
  const said = { CAIRN_VERSIONING: 'pinned', CAIRN_RELEASE: 'by-order' };
  expect(workerWith(said)).toMatchObject({ versioning: 'pinned', release: 'by-order' });
  expect(() => workerWith({ CAIRN_VERSIONING: 'pin' })).toThrow('must be one of auto-upgrade, pinned, off');
  expect(() => workerWith({ CAIRN_RELEASE: 'manual' })).toThrow('must be one of at-start, by-order');
});
