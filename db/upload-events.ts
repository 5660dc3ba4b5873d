import type { UploadEvent } from '../contracts/upload-events.ts';
import type { UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { Db } from './pool.ts';

export interface UploadPosition {
  readonly state: UploadState;
  /** The number of its newest event. */
  readonly newestSeq: number;
}

/** Where an account's upload stands; other people's are not there. */
export async function findUploadPosition(
  db: Db,
  owner: { accountId: string; uploadId: string },
): Promise<UploadPosition | undefined> {
  const { rows } = await db.query<UploadPosition>(
    'select state, events_seq as "newestSeq" from uploads where id = $1 and account_id = $2',
    [owner.uploadId, owner.accountId],
  );
  return rows[0];
}

export interface UploadNews {
  /** Null: there is no such upload any more. */
  readonly newestSeq: number | null;
  /** Those after the number that was asked for, in order; at most `limit`. */
  readonly events: readonly UploadEvent[];
}

/**
 * What happened to many uploads, each after a number of its own, in the order asked: one query, however many streams are
 * open. The newest event of a failed upload has the failure whole, as the upload shows it; older ones lack its sentence.
 */
export async function uploadNews(
  db: Db,
  asked: readonly { readonly uploadId: string; readonly after: number }[],
  limit: number,
): Promise<readonly UploadNews[]> {
  const { rows } = await db.query<NewsRow>(
    `select asked.n, u.events_seq as "newestSeq", e.seq, e.kind, e.created_at as at, e.data,
            case when e.seq = u.events_seq then u.failure end as failure
       from unnest($1::uuid[], $2::int[]) with ordinality as asked (id, after, n)
       left join uploads u on u.id = asked.id
       left join lateral (select seq, kind, created_at, data from upload_events
                           where upload_id = asked.id and seq > asked.after order by seq limit $3) e on true
      order by asked.n, e.seq`,
    [asked.map(({ uploadId }) => uploadId), asked.map(({ after }) => after), limit],
  );
  const news: { newestSeq: number | null; events: UploadEvent[] }[] = asked.map(() => ({
    newestSeq: null,
    events: [],
  }));
  for (const { n, newestSeq, ...row } of rows) {
    const one = news[n - 1];
    if (!one) continue;
    one.newestSeq = newestSeq;
    if (row.seq !== null) one.events.push(eventOf(row));
  }
  return news;
}

type EventData = Pick<UploadEvent, 'state' | 'run' | 'attempt' | 'trackId' | 'failure'>;
type EventRow = Pick<UploadEvent, 'seq' | 'kind' | 'at'> & { data: EventData; failure: UploadFailure | null };
/** Of an upload without news all columns of the event are null. */
type NewsRow = { n: number; newestSeq: number | null } & (EventRow | { seq: null });

function eventOf({ data, failure, ...row }: EventRow): UploadEvent {
  return { ...row, ...data, ...(failure && { failure }) };
}
