import type { ProcessUploadInput } from '../contracts/uploads.ts';
import type { Db } from './pool.ts';

export interface InlineSearch {
  readonly limit: number;
  /** What is due for a shorter time is left to the engine. */
  readonly dueForS: number;
  /** Those tried so often already are left to a worker, which has more to say about what is wrong. */
  readonly attemptsAtMost: number;
  /** Inflated size; smaller ones are left to the engine. */
  readonly bytesAtLeast: number;
}

/** Open uploads that are due and that nobody works on right now, the longest due first. The step's claim decides who gets one. */
export async function uploadsForInline(db: Db, search: InlineSearch): Promise<readonly ProcessUploadInput[]> {
  const { rows } = await db.query<ProcessUploadInput>(
    `select id as "uploadId", run, inflated_bytes as "inflatedBytes" from uploads
      where state in ('received', 'processing') and due_at < now() - make_interval(secs => $2)
        and (claim_owner is null or claim_expires_at < now()) and attempts < $3
        and inflated_bytes >= $4
      order by due_at limit $1`,
    [search.limit, search.dueForS, search.attemptsAtMost, search.bytesAtLeast],
  );
  return rows;
}
