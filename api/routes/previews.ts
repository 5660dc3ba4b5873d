import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../db/pool.ts';
import { PREVIEW_THEMES } from '../../domain/preview/svg.ts';
import { ARTEFACT_DOCUMENTATION, NOT_MODIFIED } from '../artefact.ts';
import { lazyRenderer } from '../previews/renderer.ts';
import { PREVIEW_MEDIA_TYPES, servePreview } from '../previews/serve-preview.ts';
import { problems } from '../schemas.ts';

const Params = Type.Object({ trackId: Type.String({ format: 'uuid' }) });

const side = (pixels: number) => Type.Integer({ minimum: 32, maximum: 1_200, default: pixels, description: 'Pixels.' });
const Query = Type.Object({
  width: side(600),
  height: side(420),
  theme: Type.Unsafe<(typeof PREVIEW_THEMES)[number]>({ type: 'string', enum: [...PREVIEW_THEMES], default: 'light' }),
});

const DESCRIPTION = `The line alone, north up, without a map; green is the start, and the smaller mark the end. The same bytes
for the same track, size and theme. A track without any position (indoors) is an empty ring. It may be embedded anywhere: no script, no text, nothing from elsewhere.`;

/** Pictures of tracks. */
export const previewRoutes: FastifyPluginAsyncTypebox<{ db: Pool; build: string }> = async (app, { db, build }) => {
  const renderer = lazyRenderer();
  app.addHook('onClose', () => renderer.close());
  for (const format of ['svg', 'png'] as const) {
    const schema = Type.String({ contentMediaType: PREVIEW_MEDIA_TYPES[format] });
    app.get(
      `/v1/tracks/:trackId/preview.${format}`,
      {
        config: { access: 'account', documentation: ARTEFACT_DOCUMENTATION },
        schema: {
          operationId: `previewTrackAs${format.charAt(0).toUpperCase()}${format.slice(1)}`,
          summary: `A picture of a track as ${format.toUpperCase()}`,
          description: DESCRIPTION,
          tags: ['tracks'],
          params: Params,
          querystring: Query,
          response: {
            200: { description: 'The picture.', content: { [PREVIEW_MEDIA_TYPES[format]]: { schema } } },
            ...NOT_MODIFIED,
            ...problems(400, 401, 403, 404, 503),
          },
        },
      },
      async (request, reply) =>
        servePreview({ db, build, renderer }, request, reply, { format, ...request.params, ...request.query }),
    );
  }
};
