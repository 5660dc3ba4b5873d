import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ShapeDeps } from '../../activities/shape-track.ts';
import type { ExportFormat } from '../../contracts/exports.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { planOf } from '../../db/plans.ts';
import { findTrack } from '../../db/tracks.ts';
import { allowanceFor, refuseUnfit } from '../../domain/export/allow-export.ts';
import { attachment } from '../../domain/export/file-name.ts';
import type { CurrentSettings } from '../../domain/limits/runtime-settings.ts';
import { sendArtefact } from '../artefact.ts';
import { findFresh } from '../tracks/visible-track.ts';
import { couldUse, countUse } from './count-use.ts';
import { exportBody, MEDIA_TYPES } from './formats.ts';
import { loadExported } from './load-track.ts';
import type { OpenExports } from './open-exports.ts';

export interface ExportDeps extends ShapeDeps {
  readonly settings: CurrentSettings;
  readonly open: OpenExports;
}

/** Entitled, known already, within the month: in this order. Only an answer with a body counts. */
export async function serveExport(
  deps: ExportDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { format, trackId }: { format: ExportFormat; trackId: string },
): Promise<FastifyReply> {
  const { db, build, settings, open } = deps;
  const { accountId } = request;
  const owned = { accountId, trackId };
  const shown = await findFresh(deps, owned, () => findTrack(db, owned));
  if (!shown) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
  const { points, startedAt, name } = shown.statistics;
  const asked = { plan: await planOf(db, accountId), format, points };
  const allowance = allowanceFor(settings().exports, asked);
  refuseUnfit(format, shown.statistics);

  const use = { accountId, format, trackId };
  const stamped = (stamp: string) => `${format} ${stamp}`;
  const describe = () => {
    reply.type(MEDIA_TYPES[format]).header('content-disposition', attachment({ name, startedAt }, format));
  };
  const head = async () => {
    await couldUse(db, use, asked, allowance);
    describe();
    // An empty stream: of an empty text the length would be told, as if it were that of the export.
    return { stamp: stamped(shown.stamp), body: Readable.from([]) };
  };
  const whole = async () => {
    open.enter(reply.raw, { accountId, points });
    const loaded = await loadExported(deps, owned);
    if (!loaded) return undefined;
    const body = exportBody(format, loaded.exported);
    await countUse(db, use, asked, allowance);
    describe();
    if (body.bytes !== undefined) reply.header('content-length', body.bytes);
    request.log.info({ trackId, format, plan: asked.plan, points }, 'track exported');
    return { stamp: stamped(loaded.stamp), body: body.stream };
  };
  const load = request.method === 'HEAD' ? head : whole;
  return sendArtefact(request, reply, { what: 'track', build, stamp: async () => stamped(shown.stamp), load });
}
