import type { FastifyBaseLogger } from 'fastify';
import { removeOriginal } from '../../activities/remove-original.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import type { BlobStore } from '../../services/blob-store.ts';

/**
 * Ends a deletion: `blobKey` is that of the upload that was just deleted, undefined when there was none. The rows are gone
 * already, so an original that cannot be removed right now is no reason to refuse: its order stands.
 */
export async function forgetOriginal(
  deps: { db: Pool; blobs: BlobStore },
  log: FastifyBaseLogger,
  deleted: { blobKey: string | undefined; what: 'track' | 'upload' },
): Promise<void> {
  const { blobKey, what } = deleted;
  if (!blobKey) throw new Rejection('request/not-found', { detail: `There is no such ${what}.` });
  await removeOriginal(deps, blobKey).catch((error: unknown) => log.warn({ err: error }, 'original not removed yet'));
}
