import { type OperationContract, ROWS_ONLY } from './operation.ts';

const EVENT = {
  id: 'evt_1QkXr2Lkd9sT4uVw',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_790_000_000,
  data: { object: { id: 'sub_1QkXr1Lkd9sT4uVw', object: 'subscription', status: 'active' } },
  livemode: true,
  pending_webhooks: 1,
  request: null,
  type: 'customer.subscription.updated',
};

export const BILLING: Readonly<Record<string, OperationContract>> = {
  receiveStripeEvent: {
    degraded: ROWS_ONLY,
    refusals: [
      'billing/not-configured',
      'billing/too-many-forged',
      'billing/bad-signature',
      'billing/stale-signature',
      'billing/not-an-event',
      'billing/thin-event',
      'service/database-unavailable',
      'service/not-ready',
    ],
    examples: { bodies: { 'application/json': EVENT }, answers: { 200: { received: true } } },
  },
};
