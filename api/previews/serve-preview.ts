import type { FastifyReply, FastifyRequest } from 'fastify';
import { PREVIEW_VERSION } from '../../contracts/exports.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { findTrack, findTrackColumns } from '../../db/tracks.ts';
import type { PreviewOptions } from '../../domain/preview/svg.ts';
import { entityTag, isKnown, setTag } from '../etag.ts';
import type { Renderer } from './renderer.ts';

export const PREVIEW_MEDIA_TYPES = { svg: 'image/svg+xml', png: 'image/png' } as const;

/** Who has this picture already gets no other; nothing is drawn for that. */
export async function servePreview(
  { db, renderer }: { db: Pool; renderer: Renderer },
  request: FastifyRequest,
  reply: FastifyReply,
  asked: PreviewOptions & { format: 'svg' | 'png'; trackId: string },
): Promise<FastifyReply> {
  const { format, trackId, width, height, theme } = asked;
  const owned = { accountId: request.accountId, trackId };
  const shown = await findTrack(db, owned);
  if (!shown) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
  const made = [PREVIEW_VERSION, format, width, height, theme, shown.updatedAt.getTime(), shown.inputSha256];
  const tag = entityTag(trackId, ...made);
  if (isKnown(request, tag)) {
    setTag(reply, tag);
    return reply.status(304).send();
  }
  const columnsGzip = await findTrackColumns(db, owned);
  if (!columnsGzip) throw new Rejection('request/not-found', { detail: 'There is no such track.' }); // deleted just now
  const picture = await renderer.render({ columnsGzip, format, width, height, theme });
  setTag(reply, tag);
  return reply.type(PREVIEW_MEDIA_TYPES[format]).send(Buffer.from(picture));
}
