import { type OperationContract, ROWS_ONLY } from './operation.ts';

const ID = 'evt_1QkXr2Lkd9sT4uVw';
const reason = 'Stripe has let the key read invoices again';
const parameters = { eventId: ID };
const body = { 'application/json': { reason } };
const at = '2026-11-21T06:12:40.101Z';
const code = 'billing/stripe-refused';

const WAITING = { ...ROWS_ONLY, temporal: 'works: events wait.', workers: 'works: events wait.' };

const ORDERED = { ...ROWS_ONLY, temporal: 'works: the order waits.', workers: 'works: the order waits.' };

const EVENT = {
  ...{ id: ID, type: 'invoice.paid', state: 'dead', reason: code },
  ...{ objectType: 'invoice', objectId: 'in_1QkXr1Lkd9sT4uVw', customerId: 'cus_R9sT4uVwQkXr1L', livemode: true },
  ...{ stripeAccount: null, apiVersion: '2026-10-28.endive', source: 'webhook', run: 1 },
  ...{ workflowId: `stripe-event:${ID}:1`, deliveries: 1, bodyConflicts: 0, hasBody: true },
  ...{ createdAt: '2026-11-21T06:12:38.000Z', receivedAt: at, lastDeliveryAt: at, dueAt: at, endedAt: at },
} as const;

const OPEN = { ...EVENT, state: 'received', reason: null, run: 2, workflowId: `stripe-event:${ID}:2`, endedAt: null };
const ORDER = { auditId: 41, actor: 'k3y1d', action: 'stripe-event.view-body', reason, at };
const TRY = { run: 1, outcome: 'refused', errorCode: code, errorClass: null, startedAt: at, endedAt: at };
const COUNTED = {
  ...{ dryRun: true, endedBefore: at, count: 12, byReason: [{ reason: code, count: 12 }] },
  ...{ left: 0, ratePerMinute: 600, lastDueAt: null },
} as const;

function ordering(terms: object): OperationContract {
  return {
    degraded: ORDERED,
    refusals: ['request/invalid'],
    examples: { bodies: { 'application/json': { reason, ...terms } }, answers: { 202: { orderId: 44 } } },
  };
}

/** Of Stripe's events and of orders at Stripe, for operators. */
export const STRIPE_EVENTS: Readonly<Record<string, OperationContract>> = {
  listStripeEvents: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/bad-cursor'],
    examples: { parameters: { state: 'dead' }, answers: { 200: { items: [EVENT], next: null } } },
  },
  showStripeEvent: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters, answers: { 200: { ...EVENT, tries: [TRY], orders: [ORDER] } } },
  },
  showStripeEventBody: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found', 'billing/body-removed'],
    examples: {
      parameters: { ...parameters, 'cairn-reason': reason },
      answers: { 200: { id: ID, object: 'event', type: 'invoice.paid' } },
    },
  },
  replayStripeEvent: {
    degraded: WAITING,
    refusals: ['request/invalid', 'request/not-found'],
    examples: {
      parameters,
      bodies: body,
      answers: { 200: { replayed: false, event: OPEN }, 202: { replayed: true, event: OPEN } },
    },
  },
  ignoreStripeEvent: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found', 'billing/event-not-dead'],
    examples: { parameters, bodies: body, answers: { 200: { auditId: 42 } } },
  },
  replayStripeEvents: {
    degraded: WAITING,
    refusals: ['request/invalid'],
    examples: {
      bodies: { 'application/json': { reason, filter: { reason: code, from: '2026-11-20T00:00:00Z' }, dryRun: false } },
      answers: { 200: COUNTED, 202: { ...COUNTED, dryRun: false, lastDueAt: at, auditId: 43 } },
    },
  },
  resyncStripeCustomer: {
    degraded: ORDERED,
    refusals: ['request/invalid'],
    examples: { parameters: { customerId: EVENT.customerId }, bodies: body, answers: { 202: { orderId: 44 } } },
  },
  reconcileStripe: ordering({ since: '2026-11-20T00:00:00Z' }),
  verifyStripe: ordering({ repair: true }),
  rebuildEntitlements: ordering({}),
  showStripeOrder: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: {
      parameters: { orderId: 44 },
      answers: {
        200: {
          ...{ id: 44, kind: 'resync', terms: { customerId: EVENT.customerId }, state: 'done', reason: null },
          ...{
            counts: { objects: 5, fetched: 5 },
            run: 1,
            workflowId: 'stripe-order:44:1',
            createdAt: at,
            endedAt: at,
          },
        },
      },
    },
  },
};
