import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import {
  dispatchStripeEventsAgain,
  offerOpenStripeEventsAgain,
  startNextStripeEventRun,
  takeStripeEventsToDispatch,
} from '../../db/stripe-event-dispatch.ts';
import {
  buryStripeEvent,
  type ClaimedStripeEvent,
  claimStripeEvent,
  endStripeEvent,
  noteFailedTry,
  replayStripeEvent,
  resendStripeEvent,
  storeStripeEvent,
} from '../../db/stripe-events.ts';
import { drawFetch, holdNewestAnswer } from '../../db/stripe-objects.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('truncate stripe_events, stripe_objects cascade').then(() => {}));

async function stored(id: string): Promise<{ eventId: string; run: number }> {
  const nothing = { stripeAccount: null, apiVersion: null, customerId: null, traceParent: '00-a-b-01' };
  const contentSha256 = createHash('sha256').update(id).digest();
  const about = { type: 'coupon.updated', livemode: false, objectType: 'coupon', objectId: 'spring' };
  await storeStripeEvent(db, { ...nothing, ...about, id, created: new Date(), body: Buffer.from(id), contentSha256 });
  return { eventId: id, run: 1 };
}

async function claimed(event: { eventId: string; run: number }): Promise<ClaimedStripeEvent> {
  const claim = await claimStripeEvent(db, event);
  if (!claim) throw new Error('it was not to be had');
  return claim;
}

const take = (limit: number) => takeStripeEventsToDispatch(db, { limit, leaseS: 60 });
const end = (claim: ClaimedStripeEvent) => db.transaction((tx) => endStripeEvent(tx, claim, { state: 'processed' }));
const rowOf = async (id: string) =>
  (await query('select state, reason, run, first_run from stripe_events where id = $1', [id]))[0];

test('a stored event is to be dispatched, with what its start needs, and is hidden once it is taken', async () => {
  await stored('evt_1');
  expect(await take(8)).toEqual([
    {
      ...{ eventId: 'evt_1', run: 1, lostRuns: 0, type: 'coupon.updated' },
      objectId: 'spring',
      customerId: null,
      accountId: null,
      traceParent: '00-a-b-01',
    },
  ]);
  expect(await take(8)).toEqual([]);
});

test('what is open is offered again when that is asked for, what has ended is not', async () => {
  const [open, over] = [await stored('evt_open'), await stored('evt_over')];
  await take(8);
  await end(await claimed(over));
  await dispatchStripeEventsAgain(db, [open, over], -1);
  expect((await take(8)).map(({ eventId }) => eventId)).toEqual(['evt_open']);
  await offerOpenStripeEventsAgain(db, { perS: 1_000, withinS: 0 });
  expect((await take(8)).map(({ eventId }) => eventId)).toEqual(['evt_open']);
});

test('what waits for its turn is not offered before it, whatever else is', async () => {
  const [waits, open] = [await stored('evt_waits'), await stored('evt_open')];
  await query(
    `update stripe_events set due_at = now() + interval '1 hour', dispatch_at = now() + interval '1 hour' where id = $1`,
    [waits.eventId],
  );
  await offerOpenStripeEventsAgain(db, { perS: 1_000, withinS: 0 });
  expect((await take(8)).map(({ eventId }) => eventId)).toEqual([open.eventId]);
});

test('a run that was lost is followed by the next, and whoever still holds it writes nothing', async () => {
  const claim = await claimed(await stored('evt_1'));
  expect(await startNextStripeEventRun(db, claim)).toBe(true);
  expect(await startNextStripeEventRun(db, claim)).toBe(false);
  expect(await take(8)).toMatchObject([{ run: 2, lostRuns: 1 }]);
  expect(await end(claim)).toBe(false);
  expect(await claimStripeEvent(db, claim)).toBeUndefined();
});

test('of twenty who end an event at once one does', async () => {
  const event = await stored('evt_1');
  const first = await claimed(event);
  const second = await claimed(event);
  expect(await end(first)).toBe(false); // somebody has claimed it since
  const ends = await Promise.all(Array.from({ length: 20 }, () => end(second)));
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect(await buryStripeEvent(db, event, 'processing/failed')).toBe(false);
  expect(await query('select outcome from stripe_event_attempts')).toEqual([{ outcome: 'processed' }]);
});

test('a dead event begins again once, with no lost runs behind it', async () => {
  const event = await stored('evt_1');
  await startNextStripeEventRun(db, event);
  expect(await buryStripeEvent(db, event, 'processing/failed')).toBe(false); // of the run before
  expect(await buryStripeEvent(db, { ...event, run: 2 }, 'processing/failed')).toBe(true);
  expect(await take(8)).toEqual([]);
  expect(await replayStripeEvent(db, 'evt_1')).toBe(true);
  expect(await replayStripeEvent(db, 'evt_1')).toBe(false);
  expect(await rowOf('evt_1')).toEqual({ state: 'received', reason: null, run: 3, first_run: 3 });
  expect(await take(8)).toMatchObject([{ run: 3, lostRuns: 0 }]);
});

test('a resend begins a run of what is dead, and of nothing else', async () => {
  const event = await stored('evt_1');
  const resent = async () => {
    await query(`update stripe_events set received_at = now() - interval '1 hour', resent_at = null`);
    return resendStripeEvent(db, 'evt_1', null);
  };
  expect(await resent()).toBe(false); // it is open
  await end(await claimed(event));
  expect(await resent()).toBe(false);
  await replayStripeEvent(db, 'evt_1');
  await buryStripeEvent(db, { ...event, run: 2 }, 'processing/failed');
  expect(await resent()).toBe(true);
  expect(await rowOf('evt_1')).toEqual({ state: 'received', reason: null, run: 3, first_run: 3 });
});

test('bugs are counted per run, outages are not', async () => {
  const event = await stored('evt_1');
  const bug = { outcome: 'bug', errorCode: 'processing/failed', errorClass: 'TypeError' } as const;
  for (const counted of [1, 2, 3]) expect(await noteFailedTry(db, await claimed(event), bug)).toBe(counted);
  const outage = { outcome: 'outage', errorCode: 'processing/outage' } as const;
  expect(await noteFailedTry(db, await claimed(event), outage)).toBe(3);
  await buryStripeEvent(db, event, 'processing/failed');
  await replayStripeEvent(db, 'evt_1');
  expect(await noteFailedTry(db, await claimed({ ...event, run: 2 }), bug)).toBe(1);
});

test('an answer is the newest only if it was asked for last, also of what is gone', async () => {
  const [first, second, third] = [await drawFetch(db), await drawFetch(db), await drawFetch(db)];
  const spring = { kind: 'coupon', id: 'spring' } as const;
  const hold = (fetch: number, gone = false) =>
    db.transaction((tx) => holdNewestAnswer(tx, { ...spring, fetch, gone }));
  expect(await hold(second)).toBe(true);
  expect(await hold(first)).toBe(false);
  expect(await hold(second)).toBe(false);
  expect(await hold(third, true)).toBe(true);
  expect(await hold(second)).toBe(false);
  expect(await query('select fetch_seq, gone from stripe_objects')).toEqual([{ fetch_seq: third, gone: true }]);
});

test.each([
  ["state = 'dead', dispatch_at = null, ended_at = now()", 'dead without a reason'],
  ["state = 'processed', ended_at = now()", 'processed and still to be dispatched'],
  ['dispatch_at = null', 'open with nobody to start it'],
])('the table refuses %s: %s', async (set) => {
  await stored('evt_1');
  await expect(query(`update stripe_events set ${set}`)).rejects.toMatchObject({ code: '23514' });
});
