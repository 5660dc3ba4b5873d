import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PROCESSED_BY } from '../../contracts/uploads.ts';
import { FINDINGS } from '../../domain/track/provenance.ts';
import { nullable, nullableObject } from '../nullable.ts';
import { FailureSchema } from '../ops/schemas.ts';
import { OriginalSchema } from '../original.ts';
import { problems } from '../schemas.ts';
import { type TrackDebugDeps, trackDebug } from '../track-debug.ts';
import { WAY_TYPES } from '../way-types.ts';

const Params = Type.Object({ trackId: Type.String({ format: 'uuid' }) });
const builds = Type.Array(Type.String());
const [pipelineVersion, moment] = [Type.Integer(), Type.String({ format: 'date-time' })];

const TrackDebugSchema = Type.Object(
  {
    trackId: Type.String({ format: 'uuid' }),
    uploadId: Type.String({ format: 'uuid' }),
    madeBy: Type.Object({
      build: Type.String(),
      pipelineVersion,
      path: Type.Enum([...PROCESSED_BY]),
      run: Type.Integer(),
      workflowId: nullable('string', {
        description: 'In Temporal, with the run at its end; null when made inline, or in bulk.',
      }),
      reprocessOrder: nullable('integer', { description: 'The bulk reprocess that asked for it; null: none.' }),
      inputSha256: Type.String(),
      at: moment,
      firstMadeAt: moment,
      privacyZoneM: Type.Integer({ description: 'With which figures and series were made.' }),
      shaped: nullableObject(
        { at: moment, build: Type.String() },
        'Figures and series made again from the kept columns since the run, because settings changed.',
      ),
    }),
    upload: Type.Object({
      state: Type.Enum(['received', 'processing', 'ready', 'failed']),
      run: Type.Integer({ description: 'The last one that was begun; more than `madeBy.run` when it has no result.' }),
      attempts: Type.Integer(),
      lastFailure: Type.Optional(FailureSchema),
    }),
    original: OriginalSchema,
    artefacts: Type.Object({
      series: nullableObject({ points: Type.Integer() }, 'Null: not there.'),
      columns: nullableObject({ bytes: Type.Integer() }, 'Null: not there.'),
      wayTypes: Type.Object(WAY_TYPES),
    }),
    now: Type.Object({
      pipelineVersion,
      apiBuild: Type.String(),
      workerBuilds: builds,
      wayTypesConfigured: Type.Boolean({ description: 'Whether a reprocess would add way types.' }),
    }),
    findings: Type.Array(Type.Object({ code: Type.Enum(Object.keys(FINDINGS)), detail: Type.String() }), {
      description: 'What is missing, stale or odd about the track, and about the processes that would make it again.',
    }),
    reprocess: Type.Object(
      { possible: Type.Boolean(), changes: Type.Array(Type.String()), byBuilds: builds },
      {
        description: `\`changes\`: figures and artefacts that are expected to be different; with none, only the stamp is new,
since every change of a figure raises the pipeline version. \`byBuilds\`: who may do it.`,
      },
    ),
  },
  { $id: 'TrackDebug' },
);

/** How a track came about and what a reprocess would change: for its owner, and for operators. */
export const trackDebugRoutes: FastifyPluginAsyncTypebox<TrackDebugDeps> = async (app, deps) => {
  app.addSchema(TrackDebugSchema);
  const summary = 'Which code made a track, what is stale, what a reprocess would change';

  app.get(
    '/v1/tracks/:trackId/debug',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'debugTrack',
        summary,
        tags: ['tracks'],
        params: Params,
        response: { 200: Type.Ref('TrackDebug'), ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ accountId, params: { trackId } }) => trackDebug(deps, { trackId, accountId }),
  );

  app.get(
    '/v1/ops/tracks/:trackId/debug',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'debugAnyTrack',
        summary: `${summary}; of any account`,
        tags: ['ops'],
        params: Params,
        response: { 200: Type.Ref('TrackDebug'), ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params: { trackId } }) => trackDebug(deps, { trackId, accountId: null }),
  );
};
