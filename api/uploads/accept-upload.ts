import { Rejection } from '../../contracts/rejections.ts';
import { type KeyClaim, keepEffect } from '../../db/idempotency-keys.ts';
import type { Pool } from '../../db/pool.ts';
import { findUpload, findUploadOfContent, insertUpload, type NewUpload, type ShownUpload } from '../../db/uploads.ts';
import type { StagedBlob } from '../../services/blob-store.ts';

/** Another upload of these bytes can fail, or be deleted, between two looks; each time that is one more. */
const TRIES_AT_MOST = 20;

export interface AcceptedUpload {
  readonly uploadId: string;
  /** The account sent this recording before: this is that first upload, and nothing was written. */
  readonly isDuplicate: boolean;
  /** As it was when it was accepted; unknown when another attempt under the same Idempotency-Key had made it. */
  readonly seen?: ShownUpload;
}

/**
 * Makes row and original durable together, or finds the upload that stands for the same recording. The bytes are published
 * inside the transaction of the row and under the lock of their key, which the row's statement takes, so that nobody who deletes another upload of the same
 * bytes takes them away in between; and a row that is refused publishes nothing. Most recordings are new: the row is tried
 * first, and the one that stands in its way is looked for only then.
 */
export async function acceptUpload(
  db: Pool,
  upload: NewUpload,
  blob: StagedBlob,
  claim?: KeyClaim,
): Promise<AcceptedUpload> {
  const { id, accountId } = upload;
  for (let tries = 0; tries < TRIES_AT_MOST; tries++) {
    const receivedAt = await db.transaction(async (tx) => {
      const insertedAt = await insertUpload(tx, upload);
      if (!insertedAt) return undefined;
      const holdsKey = !claim || (await keepEffect(tx, claim, id));
      if (!holdsKey) throw new Rejection('request/idempotency-in-progress'); // rolls the row back as well
      await blob.publish();
      return insertedAt;
    });
    if (receivedAt)
      return {
        uploadId: id,
        isDuplicate: false,
        seen: { ...UNTOUCHED, id, receivedAt, externalId: upload.externalId },
      };
    const firstId = await findUploadOfContent(db, upload);
    const first = firstId && (await findUpload(db, { accountId, uploadId: firstId }));
    if (first) return { uploadId: first.id, isDuplicate: true, seen: first };
  }
  throw new Error(`uploads of the same bytes came and went ${TRIES_AT_MOST} times`);
}

/** What a new row holds: it need not be read again to be shown. */
const UNTOUCHED = {
  state: 'received',
  trackId: null,
  failure: null,
  processedBy: null,
  attempts: 0,
  run: 1,
  newestSeq: 1,
  warnings: null,
  nearDuplicateOf: null,
} as const;
