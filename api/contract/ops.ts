import { QUEUES } from '../../contracts/queues.ts';
import { TRACK_ID } from './examples.ts';
import { DEAD_LETTERS, REDRIVE, TRACK_DEBUG } from './examples-ops.ts';
import { SCHEDULES } from './examples-schedules.ts';
import { type OperationContract, ROWS_ONLY } from './operation.ts';

const REDRIVEN_ANYWAY = {
  ...ROWS_ONLY,
  temporal: 'works: processed inline.',
  workers: 'works: processed inline.',
};

export const OPS: Readonly<Record<string, OperationContract>> = {
  listDeadLetters: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/bad-cursor'],
    examples: { parameters: { kind: 'operator', limit: 20 }, answers: { 200: DEAD_LETTERS.page } },
  },
  showDeadLetter: {
    degraded: { ...ROWS_ONLY, blobStore: 'works: `original` is `unknown`.' },
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { uploadId: DEAD_LETTERS.id }, answers: { 200: DEAD_LETTERS.detail } },
  },
  redriveUploads: {
    degraded: REDRIVEN_ANYWAY,
    refusals: ['request/invalid'],
    examples: {
      bodies: { 'application/json': REDRIVE.order },
      answers: { 200: REDRIVE.counted, 202: REDRIVE.done },
    },
  },
  redriveUpload: {
    degraded: REDRIVEN_ANYWAY,
    refusals: ['request/invalid', 'request/not-found', 'upload/superseded'],
    examples: {
      parameters: { uploadId: DEAD_LETTERS.id },
      bodies: { 'application/json': { reason: REDRIVE.order.reason } },
      answers: { 200: DEAD_LETTERS.openAlready, 202: DEAD_LETTERS.redriven },
    },
  },
  debugAnyTrack: {
    degraded: { ...ROWS_ONLY, blobStore: 'works: `original` is `unknown`.' },
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { trackId: TRACK_ID }, answers: { 200: TRACK_DEBUG } },
  },
  listSchedules: {
    degraded: {
      ...ROWS_ONLY,
      temporal: 'works: what only Temporal knows is told as UNKNOWN.',
      workers: 'works: says NO_WORKER.',
    },
    refusals: [],
    examples: { answers: { 200: SCHEDULES } },
  },
  listWorkers: {
    degraded: { ...ROWS_ONLY, workers: 'works: says which queues have none.' },
    refusals: [],
    examples: {
      answers: {
        200: {
          build: '3f2c1ab',
          workers: [
            {
              id: '5f0c7c0e-6f0f-4a53-9a2b-1f5f3c1f6a77',
              alive: true,
              build: '3f2c1ab',
              buildId: '3f2c1ab-9d1f0c4be2a7',
              serves: true,
              otherBuild: false,
              pid: 4711,
              queues: [QUEUES.interactive],
              loops: [{ name: 'worker-heartbeat', lastTickAt: '2026-11-21T05:07:30.410Z', turns: 42, dead: false }],
              startedAt: '2026-11-21T05:00:00.000Z',
              seenAt: '2026-11-21T05:07:31.000Z',
            },
          ],
          queues: [
            { name: QUEUES.interactive, liveWorkers: 1 },
            { name: QUEUES.heavy, liveWorkers: 0 },
          ],
          queuesWithoutWorker: [QUEUES.heavy],
        },
      },
    },
  },
};
