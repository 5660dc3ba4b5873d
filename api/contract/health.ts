import { ALWAYS, type OperationContract } from './operation.ts';

export const HEALTH: Readonly<Record<string, OperationContract>> = {
  live: { degraded: ALWAYS, refusals: [], examples: { answers: { 200: { status: 'live' } } } },
  ready: {
    degraded: { ...ALWAYS, postgres: '503 service/not-ready: requests are to be sent elsewhere.' },
    refusals: ['service/not-ready'],
    examples: { answers: { 200: { status: 'ready' } } },
  },
  health: {
    degraded: {
      postgres: 'works: `degraded`, and the parts that only the database knows are left out.',
      temporal: 'works: `degraded`, part `temporal`.',
      workers: 'works: `degraded`, part `workers`.',
      blobStore: 'works: `degraded`, part `blob store`.',
    },
    refusals: ['service/database-unavailable'],
    examples: {
      answers: {
        200: {
          status: 'degraded',
          parts: [
            { name: 'database', status: 'healthy', detail: 'migrated' },
            { name: 'temporal', status: 'degraded', detail: 'away' },
            { name: 'inline path', status: 'degraded', detail: 'temporal away, 12 uploads since the start' },
          ],
        },
      },
    },
  },
  version: {
    degraded: ALWAYS,
    refusals: [],
    examples: { answers: { 200: { build: '3f2c1ab', pipelineVersion: 2, node: 'v20.20.2' } } },
  },
  metrics: {
    degraded: { ...ALWAYS, postgres: 'works: `cairn_database_up` is 0, and what only the database knows is NaN.' },
    refusals: [],
    examples: {
      answers: {
        200: '# HELP cairn_database_up Whether Postgres answered within the time of a scrape.\n# TYPE cairn_database_up gauge\ncairn_database_up 1\n',
      },
    },
  },
};
