import type { UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { Db, Tx } from './pool.ts';

export interface NewUpload {
  readonly id: string;
  readonly accountId: string;
  readonly format: string;
  readonly blobKey: string;
  readonly encoding: 'identity' | 'gzip';
  readonly storedBytes: number;
  readonly inflatedBytes: number;
  readonly contentSha256: string;
  readonly name: string | null;
  readonly sport: string | null;
  readonly externalId: string | null;
  /** W3C `traceparent` of the request, so that the workflow joins its trace. */
  readonly traceParent: string | null;
}

/**
 * One upload, to be dispatched at once; returns when it was received, by the clock of the database. Undefined, and nothing is
 * written, when another one of the account stands for the same recording (see `findUploadOfContent`); waits for whoever is
 * inserting that one right now.
 */
export async function insertUpload(db: Db, upload: NewUpload): Promise<Date | undefined> {
  const { rows } = await db.query<{ receivedAt: Date }>(
    `insert into uploads (id, account_id, format, blob_key, encoding, stored_bytes, inflated_bytes, content_sha256,
                          name, sport, external_id, trace_parent)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (account_id, content_sha256) where is_first and state <> 'failed' do nothing
     returning received_at as "receivedAt"`,
    [
      upload.id,
      upload.accountId,
      upload.format,
      upload.blobKey,
      upload.encoding,
      upload.storedBytes,
      upload.inflatedBytes,
      upload.contentSha256,
      upload.name,
      upload.sport,
      upload.externalId,
      upload.traceParent,
    ],
  );
  return rows[0]?.receivedAt;
}

/** The id of the account's upload that stands for this recording (SHA-256 of its inflated bytes): one that did not fail. */
export async function findUploadOfContent(
  db: Db,
  content: { accountId: string; contentSha256: string },
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from uploads where account_id = $1 and content_sha256 = $2 and is_first and state <> 'failed'`,
    [content.accountId, content.contentSha256],
  );
  return rows[0]?.id;
}

export interface ShownUpload {
  readonly id: string;
  readonly state: UploadState;
  readonly trackId: string | null;
  readonly failure: UploadFailure | null;
  readonly processedBy: 'workflow' | 'inline' | null;
  readonly attempts: number;
  readonly run: number;
  readonly receivedAt: Date;
  readonly warnings: readonly { code: string; detail: string; count?: number }[] | null;
}

/** An upload as its owner sees it; other people's are not there. */
export async function findUpload(
  db: Db,
  owner: { accountId: string; uploadId: string },
): Promise<ShownUpload | undefined> {
  const { rows } = await db.query<ShownUpload>(
    `select u.id, u.state, u.track_id as "trackId", u.failure, u.processed_by as "processedBy", u.attempts, u.run,
            u.received_at as "receivedAt", t.statistics -> 'warnings' as warnings
       from uploads u left join tracks t on t.id = u.track_id
      where u.id = $1 and u.account_id = $2`,
    [owner.uploadId, owner.accountId],
  );
  return rows[0];
}

/** The end of an upload that became a track. False when the token is no longer the newest: nothing was written. */
export async function finishUploadReady(
  tx: Tx,
  end: { uploadId: string; token: number; trackId: string; processedBy: 'workflow' | 'inline' },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update uploads set state = 'ready', track_id = $3, processed_by = $4, failure = null, ${FINISHED}
      where id = $1 and claim_token = $2 and state = 'processing'`,
    [end.uploadId, end.token, end.trackId, end.processedBy],
  );
  return rowCount === 1;
}

/** The end of an upload that will have no track. False when the token is no longer the newest. */
export async function finishUploadFailed(
  tx: Db,
  end: { uploadId: string; token: number; failure: UploadFailure; processedBy: 'workflow' | 'inline' },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update uploads set state = 'failed', failure = $3, processed_by = $4, ${FINISHED}
      where id = $1 and claim_token = $2 and state = 'processing'`,
    [end.uploadId, end.token, JSON.stringify(end.failure), end.processedBy],
  );
  return rowCount === 1;
}

const FINISHED = `finished_at = now(), updated_at = now(), dispatch_at = null, claim_owner = null, claim_expires_at = null`;
