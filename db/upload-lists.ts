import type { UploadState } from '../contracts/uploads.ts';
import type { ListPlace } from '../domain/lists/cursor.ts';
import { type Placed, placeText, placeValues } from './list-places.ts';
import type { Db } from './pool.ts';
import { SHOWN_UPLOAD, type ShownUpload } from './uploads.ts';

export interface UploadListQuery {
  readonly accountId: string;
  readonly after: ListPlace | undefined;
  readonly limit: number;
  readonly state: UploadState | null;
  readonly externalId: string | null;
}

/** One page of an account's uploads, the latest received first. */
export async function uploadsOf(db: Db, query: UploadListQuery): Promise<readonly Placed<ShownUpload>[]> {
  const { accountId, after, limit, state, externalId } = query;
  // Written out when asked for, so that the partial index of external ids can be used.
  const ofExternalId = externalId === null ? '$6::text is null' : 'u.external_id = $6';
  const { rows } = await db.query<Placed<ShownUpload>>(
    `select ${SHOWN_UPLOAD}, ${placeText('u.received_at')} as place
       from uploads u left join tracks t on t.id = u.track_id
      where u.account_id = $1 and (u.received_at, u.id) < ($2::timestamptz, $3::uuid)
        and ($5::text is null or u.state = $5) and ${ofExternalId}
      order by u.received_at desc, u.id desc
      limit $4`,
    [accountId, ...placeValues(after), limit, state, externalId],
  );
  return rows;
}
