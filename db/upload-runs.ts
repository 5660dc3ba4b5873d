import type { ProcessedBy, UploadFailure } from '../contracts/uploads.ts';
import type { Db } from './pool.ts';

/**
 * Begins a new run of an upload that has come to its end, ready or failed. What was made before stays as it is. False when
 * the account has no such upload, or it is open. Throws `isPlaceTaken` when another upload stands for the recording now.
 */
export async function runAgain(
  db: Db,
  asked: {
    uploadId: string;
    accountId: string;
    askedBy: 'owner' | 'operator';
    traceParent: string | null;
    /** Only if this is still the last run. */
    afterRun?: number;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with old as (select * from uploads where id = $1 and account_id = $2 and state in ('ready', 'failed')
                     and ($5::int is null or run = $5) for update),
          ${KEPT}
     update uploads u
        set ${askedAgainIn('null')}, asked_by = $3, due_at = now(), dispatch_at = now(), trace_parent = $4
       from old where u.id = old.id`,
    [asked.uploadId, asked.accountId, asked.askedBy, asked.traceParent, asked.afterRun ?? null],
  );
  return rowCount === 1;
}

/**
 * The run's workflow has ended, yet the row is open: somebody terminated it, or it broke. A new run is due. False when
 * the row was finished or re-run meanwhile.
 */
export async function startNextRun(db: Db, upload: { id: string; run: number }): Promise<boolean> {
  const { rowCount } = await db.query(
    `with old as (select * from uploads where id = $1 and run = $2 and state in ('received', 'processing') for update),
          ${KEPT}
     update uploads u set ${NEXT_RUN}, dispatch_at = now() from old where u.id = old.id`,
    [upload.id, upload.run],
  );
  return rowCount === 1;
}

/** Writes down the runs that end here, those of `old`: the next one takes their place in the row. */
export const KEPT = `kept as (
  insert into upload_runs (upload_id, run, asked_by, due_at, attempts, outcome, failure, processed_by, build, reprocess_order, batch, ended_at)
  select id, run, asked_by, due_at, attempts, case when failure is not null then 'failed' when state = 'ready' then 'ready' end,
         failure, processed_by, build, reprocess_order, batch, coalesce(finished_at, now())
    from old)`;

/** Whoever still holds a claim of the run before has a token that is worth nothing. */
const NEXT_RUN = `run = u.run + 1, claim_owner = null, claim_expires_at = null, claim_token = u.claim_token + 1,
  batch = null, updated_at = now()`;

/** An upload that has ended begins again, with everything but its track as new; by a bulk reprocess or, with `null`, by none. */
export function askedAgainIn(reprocessOrder: string): string {
  return `${NEXT_RUN}, state = 'received', failure = null, processed_by = null, build = null,
  finished_at = null, attempts = 0, first_run = u.run + 1, reprocess_order = ${reprocessOrder}`;
}

/** Whether an upload could not leave `failed`, because the account has sent the same recording again since. */
export function isPlaceTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'uploads_first_of_bytes';
}

/** The upload that stands for the recording of this failed one, if there is one. */
export async function findSuccessor(db: Db, uploadId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select other.id from uploads u join uploads other using (account_id, content_sha256)
      where u.id = $1 and u.is_first and u.state = 'failed' and other.is_first and other.state <> 'failed'`,
    [uploadId],
  );
  return rows[0]?.id;
}

export interface EndedRun {
  readonly run: number;
  readonly askedBy: 'upload' | 'owner' | 'operator';
  readonly dueAt: Date;
  readonly attempts: number;
  /** Null: it was lost, and ended without a result. */
  readonly outcome: 'ready' | 'failed' | null;
  readonly failure: UploadFailure | null;
  readonly processedBy: ProcessedBy | null;
  readonly build: string | null;
  readonly endedAt: Date;
}

/** Runs that were followed by another one, the latest first, at most 100; the upload's row tells of the present one. */
export async function earlierRunsOf(db: Db, uploadId: string): Promise<readonly EndedRun[]> {
  const { rows } = await db.query<EndedRun>(
    `select run, asked_by as "askedBy", due_at as "dueAt", attempts, outcome, failure, processed_by as "processedBy", build,
            ended_at as "endedAt"
       from upload_runs where upload_id = $1 order by run desc limit 100`,
    [uploadId],
  );
  return rows;
}
