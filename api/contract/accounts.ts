import { type OperationContract, ROWS_ONLY } from './operation.ts';

const ACCOUNT = { account: 'person-4711', privacyZoneM: 400, staleTracks: 0 } as const;
const CUSTOMER = 'cus_T4kXr2Lkd9sT4u';
const SUBSCRIPTION = 'sub_1QkXr1Lkd9sT4uVw';
const at = '2026-11-21T06:12:40.101Z';
const link = { id: ACCOUNT.account, customerId: CUSTOMER };
const reason = 'bought by phone, ticket 4711';
const linked = { account: ACCOUNT.account, customerId: CUSTOMER, auditId: 41 };

const BILLING = {
  account: ACCOUNT.account,
  ...{ plan: 'premium', because: 'paid', validUntil: '2026-12-22T06:12:00.000Z', granted: 'free' },
  customers: [{ id: CUSTOMER, linkedBy: 'checkout', linkedAt: at }],
  subscriptions: [
    {
      ...{ id: SUBSCRIPTION, customerId: CUSTOMER, status: 'active', priceIds: ['price_1QkXr0Lkd9sT4uVw'] },
      ...{ plan: 'premium', because: 'paid', entitles: true, validUntil: '2026-12-22T06:12:00.000Z' },
      ...{ currentPeriodEnd: '2026-12-21T06:12:00.000Z', trialEnd: null, cancelAtPeriodEnd: false },
      paymentMethod: {
        ...{ id: 'pm_1QkXqzLkd9sT4uVw', type: 'card', brand: 'visa', last4: '4242', expMonth: 11, expYear: 2026 },
        expiresBeforeCharge: true,
      },
    },
  ],
  promotionCodes: [{ id: 'promo_1QkXr3Lkd9sT4uVw', couponId: 'spring', active: true, expiresAt: null }],
  notices: [
    {
      ...{ kind: 'payment.failed', subject: 'in_1QkXr4Lkd9sT4uVw', period: '1', noticedAt: at, toldAt: at },
      data: { invoiceId: 'in_1QkXr4Lkd9sT4uVw', attempt: 1, nextAttemptAt: '2026-11-24T06:12:00.000Z' },
    },
  ],
} as const;

export const ACCOUNTS: Readonly<Record<string, OperationContract>> = {
  getAccount: { degraded: ROWS_ONLY, refusals: [], examples: { answers: { 200: ACCOUNT } } },
  changeAccount: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid'],
    examples: {
      bodies: { 'application/json': { privacyZoneM: 400 } },
      answers: { 200: { ...ACCOUNT, staleTracks: 311 } },
    },
  },
  showAccountBilling: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { id: ACCOUNT.account }, answers: { 200: BILLING } },
  },
  linkStripeCustomer: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid'],
    examples: { parameters: link, bodies: { 'application/json': { reason } }, answers: { 200: linked } },
  },
  unlinkStripeCustomer: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { ...link, reason }, answers: { 200: linked } },
  },
  listStripeCustomers: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/bad-cursor'],
    examples: {
      parameters: { linked: false },
      answers: {
        200: {
          items: [
            {
              ...{ customerId: CUSTOMER, account: null, linkedBy: null, metadata: null, checkout: null },
              ...{ subscriptions: 1, seenAt: at },
            },
          ],
          next: null,
        },
      },
    },
  },
};
