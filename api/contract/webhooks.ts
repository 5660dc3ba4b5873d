import { type OperationContract, ROWS_ONLY } from './operation.ts';

const ID = 'msg_01985a52-1a6c-4b0e-9d6b-3f1f4a6c2e11';
const UPLOAD = '01985a52-1a6c-7b0e-9d6b-3f1f4a6c2e11';
const url = 'https://site.example.org/hooks/cairn';
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const reason = 'the site moves to another address';
const body = { 'application/json': { reason } };
const at = '2026-11-21T06:12:40.101Z';

const WAITING = {
  ...ROWS_ONLY,
  temporal: 'works: messages wait.',
  workers: 'works: messages wait.',
};

function ordering(status: 200 | 202, answer: object): OperationContract {
  return {
    degraded: WAITING,
    refusals: ['request/invalid', 'webhook/no-endpoint'],
    examples: { bodies: body, answers: { [status]: answer } },
  };
}

const MESSAGE = {
  id: ID,
  type: 'track.ready',
  state: 'parked',
  run: 1,
  attempts: 11,
  createdAt: '2026-11-18T05:00:00.000Z',
  nextAttemptAt: null,
  finishedAt: at,
  parkedBecause: 'webhook/not-delivered',
} as const;

const COUNTED = { dryRun: true, count: 12, left: 0, ratePerMinute: 60, lastDueAt: null } as const;

/** Of messages to the site. */
export const WEBHOOKS: Readonly<Record<string, OperationContract>> = {
  showWebhookEndpoint: {
    degraded: ROWS_ONLY,
    refusals: ['webhook/no-endpoint'],
    examples: {
      answers: {
        200: {
          ...{ url, enabled: true, disabledBecause: null, rotating: false, secretSince: at, failingSince: null },
          ...{ deliveredAt: at, restUntil: null, createdAt: at },
          messages: { pending: 0, delivered: 1_204, parked: 0 },
        },
      },
    },
  },
  setWebhookEndpoint: {
    degraded: WAITING,
    refusals: ['request/invalid', 'webhook/bad-address'],
    examples: {
      bodies: { 'application/json': { url, reason } },
      answers: { 200: { url, created: true, secret, auditId: 31 } },
    },
  },
  rotateWebhookSecret: ordering(200, { secret, auditId: 32 }),
  retireWebhookSecret: ordering(200, { auditId: 33 }),
  enableWebhookEndpoint: ordering(200, { auditId: 34 }),
  disableWebhookEndpoint: ordering(200, { auditId: 35 }),
  testWebhookEndpoint: ordering(202, { messageId: ID, auditId: 36 }),
  listWebhookMessages: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/bad-cursor'],
    examples: { parameters: { state: 'parked' }, answers: { 200: { items: [MESSAGE], next: null } } },
  },
  showWebhookMessage: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: {
      parameters: { messageId: ID },
      answers: {
        200: {
          ...MESSAGE,
          key: `track.ready:${UPLOAD}:1`,
          data: { account: 'walker-17', uploadId: UPLOAD, trackId: UPLOAD, externalId: null, run: 1 },
          log: [{ run: 1, attempt: 11, at, durationMs: 15_004, status: null, error: 'timeout' }],
        },
      },
    },
  },
  replayWebhookMessage: {
    degraded: WAITING,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { messageId: ID }, bodies: body, answers: { 202: { auditId: 37 } } },
  },
  replayWebhookMessages: {
    degraded: WAITING,
    refusals: ['request/invalid'],
    examples: {
      bodies: { 'application/json': { reason, filter: { from: '2026-11-18T00:00:00Z' }, dryRun: false } },
      answers: { 200: COUNTED, 202: { ...COUNTED, dryRun: false, lastDueAt: at, auditId: 38 } },
    },
  },
};
