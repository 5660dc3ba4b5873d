import type { ProcessedBy, UploadFailure, UploadState } from '../contracts/uploads.ts';
import { useBlob } from './blobs.ts';
import type { Db, Prepared, Tx } from './pool.ts';
import { forRows } from './row-lists.ts';
import { TOLD_ENDS } from './webhook-messages.ts';

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
 * inserting that one right now. Until the end of the transaction nobody removes the blob of that key (see db/blobs.ts).
 */
export async function insertUpload(db: Db, upload: NewUpload): Promise<Date | undefined> {
  const { rows } = await db.query<{ receivedAt: Date }>(INSERT_UPLOAD, [
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
  ]);
  return rows[0]?.receivedAt;
}

const INSERT_UPLOAD: Prepared = {
  name: 'insert-upload',
  text: `
insert into uploads (id, account_id, format, blob_key, encoding, stored_bytes, inflated_bytes, content_sha256,
                          name, sport, external_id, trace_parent)
     select $1::uuid, $2::uuid, $3, $4, $5, $6::bigint, $7::bigint, $8, $9, $10, $11, $12 from (${useBlob('$4')}) as locked
     on conflict (account_id, content_sha256) where is_first and state <> 'failed' do nothing
     returning received_at as "receivedAt"`,
};

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
  readonly processedBy: ProcessedBy | null;
  readonly attempts: number;
  readonly run: number;
  /** The number of its newest event. */
  readonly newestSeq: number;
  readonly receivedAt: Date;
  readonly externalId: string | null;
  /** Of the track that is there, which an unfinished or failed later run leaves alone. */
  readonly warnings: readonly { code: string; detail: string; count?: number }[] | null;
  readonly nearDuplicateOf: string | null;
}

/** Columns of a `ShownUpload`, from uploads `u` and its track `t`. */
export const SHOWN_UPLOAD = `u.id, u.state, u.track_id as "trackId", u.failure, u.processed_by as "processedBy", u.attempts,
            u.run, u.events_seq as "newestSeq", u.received_at as "receivedAt", u.external_id as "externalId", t.statistics -> 'warnings' as warnings,
            t.near_duplicate_of as "nearDuplicateOf"`;

/** An upload as its owner sees it; other people's are not there. */
export async function findUpload(
  db: Db,
  owner: { accountId: string; uploadId: string },
): Promise<ShownUpload | undefined> {
  const { rows } = await db.query<ShownUpload>(FIND_UPLOAD, [owner.uploadId, owner.accountId]);
  return rows[0];
}

const FIND_UPLOAD: Prepared = {
  name: 'find-upload',
  text: `select ${SHOWN_UPLOAD}
       from uploads u left join tracks t on t.id = u.track_id
      where u.id = $1 and u.account_id = $2`,
};

/** Whose result it is; only the newest token's counts. */
export interface EndOfRun {
  readonly uploadId: string;
  readonly token: number;
  readonly processedBy: ProcessedBy;
  readonly build: string;
}

export interface ReadyRun extends EndOfRun {
  readonly trackId: string;
}

/** The end of a run that made a track. False when the token is no longer the newest: nothing was written. */
export async function finishUploadReady(tx: Tx, end: ReadyRun): Promise<boolean> {
  return (await finishUploadsReady(tx, [end])) === 1;
}

/** The same of several; how many of them it was, the others' tokens are no longer the newest. */
export async function finishUploadsReady(tx: Tx, ends: readonly ReadyRun[]): Promise<number> {
  const { rows } = await tx.query<{ ended: number }>(
    END_READY(ends.length),
    ends.flatMap(({ uploadId, token, processedBy, build, trackId }) => [uploadId, token, processedBy, build, trackId]),
  );
  return rows[0]?.ended ?? 0;
}

/**
 * The end of a run without a result. A track that an earlier run made stays, and the upload is ready with it; else the
 * upload has failed. False when the token is no longer the newest.
 */
export async function finishUploadFailed(
  tx: Db,
  end: EndOfRun & { readonly failure: UploadFailure },
): Promise<boolean> {
  const { uploadId, token, processedBy, build, failure } = end;
  const values = [uploadId, token, processedBy, build, JSON.stringify(failure)];
  const { rows } = await tx.query<{ ended: number }>(END_FAILED(1), values);
  return rows[0]?.ended === 1;
}

/** The site is told by the statement that ends the runs: neither can be there without the other. */
const endBecoming = (name: string, result: string, become: string) =>
  forRows(
    name,
    ['uuid', 'bigint', 'text', 'text', result],
    (values) => `
with ended as (
       update uploads u
          set ${become}, processed_by = made.processed_by, build = made.build, finished_at = now(), updated_at = now(),
              dispatch_at = null, claim_owner = null, claim_expires_at = null
         from (${values}) as made (id, token, processed_by, build, result)
        where u.id = made.id and u.claim_token = made.token and u.state = 'processing' returning u.*), ${TOLD_ENDS}
     select count(*)::int as ended from ended`,
  );

const END_READY = endBecoming('end-ready', 'uuid', `state = 'ready', track_id = made.result, failure = null`);
const END_FAILED = endBecoming(
  'end-failed',
  'jsonb',
  `state = case when u.track_id is null then 'failed' else 'ready' end, failure = made.result`,
);
