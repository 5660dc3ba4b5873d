import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ShapeDeps } from '../../activities/shape-track.ts';
import { EXPORT_FORMATS } from '../../contracts/exports.ts';
import { type CurrentSettings, DEFAULT_SETTINGS } from '../../domain/limits/runtime-settings.ts';
import { NOT_MODIFIED } from '../artefact.ts';
import { EXPORT_BODIES, EXPORT_DESCRIPTION, EXPORT_DOCUMENTATION } from '../exports/documentation.ts';
import { countOpenExports, EXPORT_LIMITS, type ExportLimits } from '../exports/open-exports.ts';
import { serveExport } from '../exports/serve-export.ts';
import { problems } from '../schemas.ts';

const Params = Type.Object({ trackId: Type.String({ format: 'uuid' }) });

export interface ExportRoutesDeps extends ShapeDeps {
  readonly settings?: CurrentSettings;
  readonly exportLimits?: ExportLimits;
}

/** Tracks as files for other programs. */
export const exportRoutes: FastifyPluginAsyncTypebox<ExportRoutesDeps> = async (app, deps) => {
  const { settings = () => DEFAULT_SETTINGS, exportLimits = EXPORT_LIMITS } = deps;
  const open = countOpenExports(exportLimits);
  for (const format of EXPORT_FORMATS) {
    app.get(
      `/v1/tracks/:trackId/export.${format}`,
      {
        config: { access: 'account', documentation: EXPORT_DOCUMENTATION },
        schema: {
          operationId: `exportTrackAs${format.charAt(0).toUpperCase()}${format.slice(1)}`,
          summary: `A track as ${EXPORT_BODIES[format].name}`,
          description: `${EXPORT_BODIES[format].description}\n\n${EXPORT_DESCRIPTION}`,
          tags: ['tracks'],
          params: Params,
          response: {
            200: { description: 'The file.', content: EXPORT_BODIES[format].content },
            ...NOT_MODIFIED,
            ...problems(400, 401, 403, 404, 422, 429, 503),
          },
        },
      },
      async (request, reply) => serveExport({ ...deps, settings, open }, request, reply, { format, ...request.params }),
    );
  }
};
