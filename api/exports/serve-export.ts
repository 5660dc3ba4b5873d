import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EXPORT_VERSION, type ExportFormat } from '../../contracts/exports.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { planOf } from '../../db/exports.ts';
import type { Pool } from '../../db/pool.ts';
import { findTrack } from '../../db/tracks.ts';
import { allowanceFor } from '../../domain/export/allow-export.ts';
import { attachment } from '../../domain/export/file-name.ts';
import type { CurrentSettings } from '../../domain/limits/runtime-settings.ts';
import { entityTag, isKnown, setTag } from '../etag.ts';
import { couldUse, countUse } from './count-use.ts';
import { exportBody, MEDIA_TYPES } from './formats.ts';
import { loadExported } from './load-track.ts';

/** Entitled, known already, within the month: in this order. Only an answer with a body counts. */
export async function serveExport(
  deps: { db: Pool; settings: CurrentSettings },
  request: FastifyRequest,
  reply: FastifyReply,
  { format, trackId }: { format: ExportFormat; trackId: string },
): Promise<FastifyReply> {
  const { db } = deps;
  const { accountId } = request;
  const owned = { accountId, trackId };
  const shown = await findTrack(db, owned);
  if (!shown) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
  const { points, startedAt, name } = shown.statistics;
  const asked = { plan: await planOf(db, accountId), format, points };
  const allowance = allowanceFor(deps.settings().exports, asked);
  if (format === 'fit' && startedAt === null) throw new Rejection('export/no-times');

  const tag = entityTag(EXPORT_VERSION, format, trackId, shown.updatedAt.getTime(), shown.inputSha256);
  if (isKnown(request, tag)) {
    setTag(reply, tag);
    return reply.status(304).send();
  }
  const use = { accountId, format, trackId };
  const body = request.method === 'HEAD' ? undefined : exportBody(format, await loadExported(db, owned, shown));
  await (body ? countUse : couldUse)(db, use, asked, allowance);
  setTag(reply, tag);
  reply.type(MEDIA_TYPES[format]).header('content-disposition', attachment({ name, startedAt }, format));
  if (body?.bytes !== undefined) reply.header('content-length', body.bytes);
  if (body) request.log.info({ trackId, format, plan: asked.plan, points }, 'track exported');
  // To HEAD an empty stream: of an empty text the length would be told, as if it were that of the export.
  return reply.send(body?.stream ?? Readable.from([]));
}
