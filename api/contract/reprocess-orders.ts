import { type OperationContract, ROWS_ONLY } from './operation.ts';

const reason = 'pipeline 7 measures climbs anew';
const at = '2026-11-21T21:00:00.000Z';
const parameters = { orderId: 61 };
const filter = { state: 'ready', pipelineBelow: 7 } as const;
const WAITS = { ...ROWS_ONLY, temporal: 'works: the order waits.', workers: 'works: the order waits.' };

const OUTLOOK = {
  ...{ dryRun: true, endedBefore: at, count: 5_000, ratePerMinute: 3_000, skipped: [] },
  ...{ byState: [{ state: 'ready', count: 5_000 }], byPipelineVersion: [{ pipelineVersion: 6, count: 5_000 }] },
} as const;

const ORDER = {
  ...{ id: 61, state: 'running', wanted: null, reason: null, run: 1, filter },
  ...{ orderedBy: { actor: 'k3y1d', reason }, ratePerMinute: 3_000, reachedPerMinute: 2_871.4, selected: 5_000 },
  ...{ begun: 1_210, open: 10, ready: 1_198, failed: 1, superseded: 1, handedOver: 0, passedOver: 0 },
  ...{ left: 3_790, overtaken: 0, workflowId: 'bulk-reprocess:61:1', endedBefore: at, createdAt: at },
  ...{ beganAt: at, endedAt: null },
} as const;

const SHOWN = { ...ORDER, actions: [] } as const;

function changing(terms: object, changes: object): OperationContract {
  return {
    degraded: WAITS,
    refusals: ['request/invalid', 'request/not-found', 'reprocess/order-ended'],
    examples: {
      parameters,
      bodies: { 'application/json': { reason, ...terms } },
      answers: { 200: { changed: true, order: { ...SHOWN, ...changes } } },
    },
  };
}

/** Of bulk reprocesses, for operators. */
export const REPROCESS_ORDERS: Readonly<Record<string, OperationContract>> = {
  orderReprocess: {
    degraded: WAITS,
    refusals: ['request/invalid'],
    examples: {
      bodies: { 'application/json': { filter, reason, dryRun: false, ratePerMinute: 3_000 } },
      answers: { 200: OUTLOOK, 202: { ...OUTLOOK, dryRun: false, orderId: 61 } },
    },
  },
  listReprocessOrders: { degraded: ROWS_ONLY, refusals: [], examples: { answers: { 200: { items: [ORDER] } } } },
  showReprocessOrder: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters, answers: { 200: SHOWN } },
  },
  pauseReprocess: changing({}, { wanted: 'paused' }),
  resumeReprocess: changing(
    {},
    { state: 'received', run: 2, workflowId: 'bulk-reprocess:61:2', reachedPerMinute: null },
  ),
  cancelReprocess: changing({}, { wanted: 'cancelled' }),
  paceReprocess: changing({ ratePerMinute: 600 }, { ratePerMinute: 600 }),
};
