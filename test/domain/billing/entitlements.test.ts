import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestPlan, PLANS, type Plan } from '../../../contracts/plans.ts';
import { entitlementOf, type PaidFor } from '../../../domain/billing/entitlements.ts';

const DAY_MS = 86_400_000;
const START = new Date('2026-03-01T00:00:00Z');
const END = new Date('2026-04-01T00:00:00Z');
const after = (time: Date, days: number) => new Date(time.getTime() + days * DAY_MS);
const plans = new Map<string, Plan>([
  ['price_p', 'premium'],
  ['price_b', 'business'],
]);
const RULES = { plans, graceDays: 7 };
const PAID: PaidFor = {
  status: 'active',
  priceIds: ['price_p'],
  currentPeriodStart: START,
  currentPeriodEnd: END,
  unpaidSince: null,
};

test.each([
  ['active', 'paid', after(END, 1)],
  ['trialing', 'trial', after(END, 1)],
  ['past_due', 'grace', after(START, 7)],
  ['paused', 'ended', null],
  ['unpaid', 'ended', null],
  ['incomplete', 'ended', null],
  ['incomplete_expired', 'ended', null],
  ['canceled', 'ended', null],
  ['of_next_year', 'unknown-status', null],
  ['toString', 'unknown-status', null],
])('%s is %s', (status, because, validUntil) => {
  expect(entitlementOf({ ...PAID, status }, RULES)).toEqual({ plan: 'premium', because, validUntil });
});

test('grace runs from when the first unpaid invoice was due, where one is known', () => {
  const unpaidSince = after(START, -3);
  expect(entitlementOf({ ...PAID, status: 'past_due', unpaidSince }, RULES).validUntil).toEqual(after(START, 4));
  expect(entitlementOf({ ...PAID, status: 'past_due', unpaidSince }, { plans, graceDays: 0 }).validUntil).toEqual(
    unpaidSince,
  );
});

test('what is paid and of no plan entitles to nothing, and so does a subscription without items', () => {
  const other = entitlementOf({ ...PAID, priceIds: ['price_of_a_mug'] }, RULES);
  expect(other).toEqual({ plan: null, because: 'no-plan', validUntil: null });
  const empty = { ...PAID, priceIds: [], currentPeriodStart: null, currentPeriodEnd: null };
  expect(entitlementOf(empty, RULES)).toMatchObject({ plan: null, validUntil: null });
});

const moments = fc.option(fc.date({ min: START, max: END, noInvalidDate: true }));
const subscriptions: fc.Arbitrary<PaidFor> = fc.record({
  status: fc.oneof(
    fc.constantFrom('active', 'trialing', 'past_due', 'paused', 'unpaid', 'incomplete', 'canceled'),
    fc.string(),
  ),
  priceIds: fc.array(fc.constantFrom('price_p', 'price_b', 'price_of_a_mug', '__proto__'), { maxLength: 4 }),
  currentPeriodStart: moments,
  currentPeriodEnd: moments,
  unpaidSince: moments,
});

test('only what is active, on trial or past due entitles, and only to the best plan that was bought', () => {
  fc.assert(
    fc.property(subscriptions, fc.integer({ min: 0, max: 99 }), (subscription, graceDays) => {
      const { plan, validUntil } = entitlementOf(subscription, { plans, graceDays });
      const bought = subscription.priceIds.flatMap((price) => plans.get(price) ?? []);
      expect(plan).toBe(bought.includes('business') ? 'business' : bought.includes('premium') ? 'premium' : null);
      if (plan === null || !['active', 'trialing', 'past_due'].includes(subscription.status)) {
        expect(validUntil).toBeNull();
      }
    }),
  );
});

test('neither the order of its items nor a longer grace takes anything away', () => {
  fc.assert(
    fc.property(subscriptions, fc.integer({ min: 0, max: 98 }), (subscription, graceDays) => {
      const made = entitlementOf(subscription, { plans, graceDays });
      const turned = { ...subscription, priceIds: subscription.priceIds.toReversed() };
      expect(entitlementOf(turned, { plans, graceDays })).toEqual(made);
      const longer = entitlementOf(subscription, { plans, graceDays: graceDays + 1 }).validUntil;
      expect(longer?.getTime() ?? -1).toBeGreaterThanOrEqual(made.validUntil?.getTime() ?? -1);
    }),
  );
});

test('the best plan is the last of the table, in any order, and of none there is none', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...PLANS]), (some) => {
      expect(bestPlan(some)).toBe(PLANS.filter((plan) => some.includes(plan)).at(-1));
    }),
  );
});
