import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import type { Pool } from '../../db/pool.ts';
import { type SeenWorker, seenWorkers } from '../../db/workers.ts';
import { nullable } from '../nullable.ts';
import { problems } from '../schemas.ts';

const Time = Type.String({ format: 'date-time' });

const WorkersSchema = Type.Object({
  build: Type.String({ description: 'Of the API that answers.' }),
  workers: Type.Array(
    Type.Object({
      id: Type.String(),
      alive: Type.Boolean({ description: `Has renewed its row within ${WORKER_SILENCE_S} s.` }),
      build: Type.String(),
      buildId: nullable('string', { description: 'Its version at Temporal; null: it has none.' }),
      serves: Type.Boolean({
        description: 'Whether new work comes to its build, by what it knew last: it is current or ramping.',
      }),
      otherBuild: Type.Boolean({ description: 'Of another build than this API: a deployment is half done, or stuck.' }),
      pid: Type.Integer(),
      queues: Type.Array(Type.String()),
      loops: Type.Array(
        Type.Object({ name: Type.String(), lastTickAt: Time, turns: Type.Integer(), dead: Type.Boolean() }),
      ),
      startedAt: Time,
      seenAt: Time,
    }),
    { description: 'The living, then those that fell silent within a day, latest first; at most 200.' },
  ),
  queues: Type.Array(Type.Object({ name: Type.String(), liveWorkers: Type.Integer() })),
  queuesWithoutWorker: Type.Array(Type.String(), { description: 'Work for these waits; uploads go inline.' }),
});

/** The processes that run workflows, by their own word: Temporal's list of pollers names the dead for five minutes. */
export const opsWorkerRoutes: FastifyPluginAsyncTypebox<{ db: Pool; build: string }> = async (app, { db, build }) => {
  app.get(
    '/v1/ops/workers',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'listWorkers',
        summary: 'Workers, their queues and builds, and queues without any',
        tags: ['ops'],
        response: { 200: WorkersSchema, ...problems(401, 403, 503) },
      },
    },
    async () => {
      const workers = await seenWorkers(db, WORKER_SILENCE_S);
      const queues = liveWorkersOfQueues(workers);
      return {
        build,
        workers: workers.map((worker) => ({
          ...worker,
          otherBuild: worker.build !== build,
          queues: [...worker.queues],
          loops: [...worker.loops],
          startedAt: worker.startedAt.toISOString(),
          seenAt: worker.seenAt.toISOString(),
        })),
        queues,
        queuesWithoutWorker: queues.filter(({ liveWorkers }) => liveWorkers === 0).map(({ name }) => name),
      };
    },
  );
};

function liveWorkersOfQueues(workers: readonly SeenWorker[]): { name: string; liveWorkers: number }[] {
  return Object.values(QUEUES).map((name) => {
    const polling = workers.filter((worker) => worker.alive && worker.serves && worker.queues.includes(name));
    return { name, liveWorkers: polling.length };
  });
}
