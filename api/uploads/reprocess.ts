import { Rejection } from '../../contracts/rejections.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import { findSuccessor, isPlaceTaken, runAgain } from '../../db/upload-runs.ts';

/** Another upload of the recording can come and go between two looks; each time that is one more. */
const TRIES_AT_MOST = 20;

/**
 * Has an upload that came to its end processed again, whatever became of it; `alongside` is done in the same transaction.
 * False, and nothing is written, when there is no such upload or it is open already: whoever asks at the same moment asked
 * for the same run. Throws `upload/superseded` when it had failed and the recording was uploaded again since.
 */
export async function processAgain(
  db: Pool,
  asked: Parameters<typeof runAgain>[1],
  alongside: (tx: Tx) => Promise<void> = async () => {},
): Promise<boolean> {
  for (let tries = 0; tries < TRIES_AT_MOST; tries++) {
    try {
      return await db.transaction(async (tx) => {
        const begun = await runAgain(tx, asked);
        if (begun) await alongside(tx);
        return begun;
      });
    } catch (error) {
      if (!isPlaceTaken(error)) throw error;
    }
    const uploadId = await findSuccessor(db, asked.uploadId);
    if (uploadId) throw new Rejection('upload/superseded', { uploadId });
  }
  throw new Error(`uploads of the same recording came and went ${TRIES_AT_MOST} times`);
}
