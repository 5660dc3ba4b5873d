import { QUEUES } from '../../contracts/queues.ts';
import { type OperationContract, ROWS_ONLY } from './operation.ts';

export const OPS: Readonly<Record<string, OperationContract>> = {
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
