import type { ProcessedBy, UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { ListPlace } from '../domain/lists/cursor.ts';
import { type Placed, placeText, placeValues } from './list-places.ts';
import type { Db } from './pool.ts';

/** Which dead letters: uploads whose last run failed. What is not given does not matter. */
export interface DeadLetterFilter {
  /** `ready`: those that kept the track of an earlier run. */
  readonly state: 'failed' | 'ready';
  readonly codes?: readonly string[] | undefined;
  /** The build that ended the last run. */
  readonly build?: string | undefined;
  /** The last run ended at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The site's own id. */
  readonly account?: string | undefined;
}

/** Rows `u` (an upload) with `a` (its account) that match the filter in the parameters $1 to $6. */
export const MATCHING = `uploads u join accounts a on a.id = u.account_id
  where u.failure is not null and u.state = $1 and ($2::text[] is null or u.failure ->> 'code' = any ($2))
    and ($3::text is null or u.build = $3) and ($4::timestamptz is null or u.finished_at >= $4)
    and ($5::timestamptz is null or u.finished_at < $5) and ($6::text is null or a.external_id = $6)`;

export function filterValues(filter: DeadLetterFilter): unknown[] {
  const { state, codes, build, from, to, account } = filter;
  return [state, codes ?? null, build ?? null, from ?? null, to ?? null, account ?? null];
}

/** An upload as operators see it. Nothing that its owner wrote: no name, no file. */
export interface OpsUpload {
  readonly id: string;
  /** The site's own id of its owner. */
  readonly account: string;
  readonly state: UploadState;
  readonly failure: UploadFailure | null;
  readonly build: string | null;
  readonly processedBy: ProcessedBy | null;
  readonly run: number;
  /** The batch that the run is in; null: in none. */
  readonly batch: string | null;
  readonly attempts: number;
  readonly askedBy: 'upload' | 'owner' | 'operator';
  readonly format: string;
  readonly inflatedBytes: number;
  readonly storedBytes: number;
  readonly blobKey: string;
  readonly trackId: string | null;
  readonly receivedAt: Date;
  readonly dueAt: Date;
  readonly finishedAt: Date | null;
}

const SHOWN = `u.id, a.external_id as account, u.state, u.failure, u.build, u.processed_by as "processedBy", u.run, u.batch, u.attempts,
  u.asked_by as "askedBy", u.format, u.inflated_bytes as "inflatedBytes", u.stored_bytes as "storedBytes",
  u.blob_key as "blobKey", u.track_id as "trackId", u.received_at as "receivedAt", u.due_at as "dueAt",
  u.finished_at as "finishedAt"`;

/** Those after a place, the latest failure first. What fails meanwhile comes before the first page, never into a later one. */
export async function deadLetters(
  db: Db,
  filter: DeadLetterFilter,
  page: { after: ListPlace | undefined; limit: number },
): Promise<readonly Placed<OpsUpload>[]> {
  const { rows } = await db.query<Placed<OpsUpload>>(
    `select ${SHOWN}, ${placeText('u.finished_at')} as place from ${MATCHING}
        and (u.finished_at, u.id) < ($7::timestamptz, $8::uuid)
      order by u.finished_at desc, u.id desc limit $9`,
    [...filterValues(filter), ...placeValues(page.after), page.limit],
  );
  return rows;
}

export interface CountOfCode {
  readonly code: string;
  readonly count: number;
}

export async function deadLettersByCode(db: Db, filter: DeadLetterFilter): Promise<readonly CountOfCode[]> {
  const { rows } = await db.query<CountOfCode>(
    `select u.failure ->> 'code' as code, count(*)::int as count from ${MATCHING} group by 1 order by 2 desc, 1`,
    filterValues(filter),
  );
  return rows;
}

/** Any upload, whoever's. */
export async function findOpsUpload(
  db: Db,
  uploadId: string,
): Promise<(OpsUpload & { accountId: string }) | undefined> {
  const { rows } = await db.query<OpsUpload & { accountId: string }>(
    `select ${SHOWN}, u.account_id as "accountId" from uploads u join accounts a on a.id = u.account_id where u.id = $1`,
    [uploadId],
  );
  return rows[0];
}
