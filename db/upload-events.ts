import type { UploadEvent } from '../contracts/upload-events.ts';
import type { UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { Db, Tx } from './pool.ts';

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

/** An upload in the order of ends; `finishedAt` is Postgres' own text, whose microseconds a Date would lose. */
export interface EndPlace {
  readonly finishedAt: string;
  readonly id: string;
}

export interface ThinnedEvents {
  readonly removed: number;
  /** The last upload that was looked at; null when there is none any more. */
  readonly last: EndPlace | null;
}

/**
 * Of uploads that ended before then, those after a place in the order of their ends, all events go but the newest: it tells how
 * the upload stands, and who asks again gets it first.
 */
export async function thinUploadEvents(
  tx: Tx,
  old: { before: Date; after: EndPlace | null; limit: number },
): Promise<ThinnedEvents> {
  const { rows } = await tx.query<ThinnedEvents>(
    `with page as (
            select id, finished_at, events_seq from uploads
             where finished_at < $1 and state in ('ready', 'failed')
               and ($2::timestamptz is null or (finished_at, id) > ($2, $3::uuid))
             order by finished_at, id limit $4),
          gone as (delete from upload_events e using page p where e.upload_id = p.id and e.seq < p.events_seq returning 1)
     select (select count(*) from gone) as removed,
            (select jsonb_build_object('finishedAt', finished_at::text, 'id', id) from page
              order by finished_at desc, id desc limit 1) as last`,
    [old.before, old.after?.finishedAt ?? null, old.after?.id ?? null, old.limit],
  );
  return rows[0] ?? { removed: 0, last: null };
}
