import { expect, test } from 'vitest';
import { absentDatabase, apiStack, testApp } from './support/app.ts';
import { scrape } from './support/metrics.ts';

const stack = await apiStack();
const fresh = () => testApp({ db: stack.db, blobs: Object.create(null) });

const event = (id: string, state: string, secondsAgo: number, tookS = 0, reason: string | null = null) =>
  stack.query(
    `insert into stripe_events (id, livemode, type, created, content_sha256, state, reason, received_at, due_at, dispatch_at, ended_at)
     values ($1, false, 'invoice.paid', now(), '\\x00', $2, $3, now() - make_interval(secs => $4), now() - make_interval(secs => $4),
             case when $2 in ('received', 'processing') then now() end,
             case when $2 not in ('received', 'processing') then now() - make_interval(secs => $4 - $5) end)`,
    [id, state, reason, secondsAgo, tookS],
  );

test('open events with their age, dead ones by cause, the last delivery; after Postgres is gone no number', async () => {
  await event('evt_1', 'received', 90);
  await event('evt_2', 'processing', 30);
  await event('evt_3', 'dead', 60, 1, 'billing/key-refused');
  await event('evt_4', 'dead', 60, 1, 'processing/failed');
  await event('evt_5', 'dead', 60, 1, 'billing/stripe-refused');
  const app = await fresh();
  const value = await scrape((request) => app.inject(request));
  expect(value('cairn_stripe_events_open')).toBe(2);
  expect(value('cairn_stripe_events_open_oldest_seconds')).toBeGreaterThanOrEqual(90);
  expect(value('cairn_stripe_events_dead', { because: 'key-refused' })).toBe(1);
  expect(value('cairn_stripe_events_dead', { because: 'other' })).toBe(2);
  expect(value('cairn_stripe_last_delivery_age_seconds')).toBeGreaterThanOrEqual(30);
  expect(value('cairn_stripe_usual_deliveries')).toBe(0);

  const db = absentDatabase();
  const away = await testApp({ db, blobs: Object.create(null) });
  const none = await scrape((request) => away.inject(request));
  expect(none('cairn_stripe_events_open')).toBeNaN();
  expect(none('cairn_stripe_events_dead', { because: 'other' })).toBeNaN();
  await db.end();
});

test('an event that is replayed later is not old: it counts from when it was to begin', async () => {
  await stack.query('truncate stripe_events cascade');
  await event('evt_later', 'received', 86_400);
  await stack.query(`update stripe_events set due_at = now() + interval '1 minute'`);
  const app = await fresh();
  expect((await scrape((request) => app.inject(request)))('cairn_stripe_events_open_oldest_seconds')).toBe(0);
});

test('how long events take is counted from the first look on, each once, and not of replays', async () => {
  await stack.query('truncate stripe_events cascade');
  const app = await fresh();
  const look = () => scrape((request) => app.inject(request));
  await event('evt_before', 'processed', 100, 1);
  expect((await look())('cairn_stripe_event_duration_seconds_count')).toBe(0);
  await event('evt_quick', 'processed', 100, 0.2);
  await event('evt_slow', 'processed', 100, 7);
  await event('evt_again', 'processed', 100, 50);
  await event('evt_dead', 'dead', 100, 50, 'processing/failed');
  await stack.query(`update stripe_events set ended_at = now() where id <> 'evt_before'`);
  await stack.query(`update stripe_events set received_at = ended_at - interval '0.2 seconds' where id = 'evt_quick'`);
  await stack.query(`update stripe_events set received_at = ended_at - interval '7 seconds' where id = 'evt_slow'`);
  await stack.query(`update stripe_events set run = 2, first_run = 2 where id = 'evt_again'`);
  const counted = async () => (await look())('cairn_stripe_event_duration_seconds_count');
  await expect.poll(counted, { timeout: 40_000, interval: 1_000 }).toBe(2);
  const value = await look();
  expect(value('cairn_stripe_event_duration_seconds_bucket', { le: '0.25' })).toBe(1);
  expect(value('cairn_stripe_event_duration_seconds_sum')).toBeCloseTo(7.2, 3);
}, 60_000);
