import { expect, test } from 'vitest';
import { type Entitling, expiresBeforeCharge, planOfAccount } from '../../../domain/billing/account-plan.ts';

const NOW = new Date('2026-06-15T12:00:00Z');
const at = (text: string) => new Date(`${text}T00:00:00Z`);
const of = (plan: Entitling['plan'], until: string | null): Entitling => {
  return { plan, because: 'paid', validUntil: until === null ? null : at(until) };
};

test.each<[string, Parameters<typeof planOfAccount>, ReturnType<typeof planOfAccount>]>([
  ['nothing', ['free', [], NOW], { plan: 'free', because: 'nothing', validUntil: null }],
  [
    'what is over',
    ['free', [of('business', '2026-06-15'), of('premium', null)], NOW],
    { plan: 'free', because: 'nothing', validUntil: null },
  ],
  [
    'the best of several',
    ['free', [of('premium', '2027-01-01'), of('business', '2026-07-01')], NOW],
    { plan: 'business', because: 'paid', validUntil: at('2026-07-01') },
  ],
  [
    'the longest of the best',
    ['free', [of('premium', '2026-07-01'), of('premium', '2026-08-01')], NOW],
    { plan: 'premium', because: 'paid', validUntil: at('2026-08-01') },
  ],
  [
    'a grant that is better',
    ['business', [of('premium', '2026-07-01')], NOW],
    { plan: 'business', because: 'granted', validUntil: null },
  ],
  [
    'a grant that is as good and has no end',
    ['premium', [of('premium', '2026-07-01')], NOW],
    { plan: 'premium', because: 'granted', validUntil: null },
  ],
  [
    'a grant that is less',
    ['premium', [of('business', '2026-07-01')], NOW],
    { plan: 'business', because: 'paid', validUntil: at('2026-07-01') },
  ],
])('an account has %s', (_, given, plan) => {
  expect(planOfAccount(...given)).toEqual(plan);
});

const JUNE = { expMonth: 6, expYear: 2026 };
const charged = (status: string, end: string, cancelAtPeriodEnd = false) => {
  return { status, currentPeriodEnd: new Date(end), cancelAtPeriodEnd };
};

test.each<[string, ReturnType<typeof charged>, boolean]>([
  ['good to the last of its month', charged('active', '2026-06-30T23:59:59Z'), false],
  ['over with the next', charged('active', '2026-07-01T00:00:00Z'), true],
  ['over when a trial is charged', charged('trialing', '2026-07-02T00:00:00Z'), true],
  ['not charged again', charged('active', '2026-07-02T00:00:00Z', true), false],
  ['not charged after a cancellation', charged('canceled', '2026-07-02T00:00:00Z'), false],
  ['tried again any day while past due', charged('past_due', '2026-07-15T00:00:00Z'), false],
])('a card of June is %s', (_, subscription, expires) => {
  expect(expiresBeforeCharge(JUNE, subscription, NOW)).toBe(expires);
});

test('a past due subscription is not charged to a card that is over; what is no card does not expire', () => {
  expect(expiresBeforeCharge({ expMonth: 5, expYear: 2026 }, charged('past_due', '2026-07-15T00:00:00Z'), NOW)).toBe(
    true,
  );
  expect(
    expiresBeforeCharge({ expMonth: null, expYear: null }, charged('active', '2026-07-15T00:00:00Z'), NOW),
  ).toBeNull();
});
