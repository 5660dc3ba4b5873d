import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from '../../db/pool.ts';
import { findWholeColumns } from '../../db/track-settings.ts';
import { findTrackStamp } from '../../db/tracks.ts';
import type { PreviewOptions } from '../../domain/preview/svg.ts';
import { sendArtefact } from '../artefact.ts';
import type { Renderer } from './renderer.ts';

export const PREVIEW_MEDIA_TYPES = { svg: 'image/svg+xml', png: 'image/png' } as const;

/** Who has this picture already gets no other, and who asks for the head alone none; nothing is drawn for either. */
export async function servePreview(
  { db, build, renderer }: { db: Pool; build: string; renderer: Renderer },
  request: FastifyRequest,
  reply: FastifyReply,
  { format, trackId, ...options }: PreviewOptions & { format: 'svg' | 'png'; trackId: string },
): Promise<FastifyReply> {
  const owned = { accountId: request.accountId, trackId };
  const { width, height, theme } = options;
  const stamped = (ofTrack: string) => `${format} ${width} ${height} ${theme} ${ofTrack}`;
  const stamp = async () => {
    const ofTrack = await findTrackStamp(db, owned);
    return ofTrack === undefined ? undefined : stamped(ofTrack);
  };
  const head = async () => {
    const found = await stamp();
    if (found === undefined) return undefined;
    reply.type(PREVIEW_MEDIA_TYPES[format]);
    return { stamp: found, body: Readable.from([]) };
  };
  const drawn = async () => {
    const found = await findWholeColumns(db, owned);
    if (!found) return undefined;
    const { columnsGzip, zone } = found;
    const picture = await renderer.render({ ...options, format, columnsGzip, zone });
    reply.type(PREVIEW_MEDIA_TYPES[format]);
    return { stamp: stamped(found.stamp), body: Buffer.from(picture) };
  };
  const load = request.method === 'HEAD' ? head : drawn;
  return sendArtefact(request, reply, { what: 'track', build, stamp, load });
}
