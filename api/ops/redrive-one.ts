import { findOpsUpload, type OpsUpload } from '../../db/dead-letters.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { processAgain } from '../uploads/reprocess.ts';

export interface RedrivenOne {
  /** False: it was open already, or its last run did not fail; nothing was done. */
  readonly redriven: boolean;
  readonly upload: OpsUpload;
}

/**
 * Begins a new run of one dead letter, whatever its code: whoever names it has looked at it. Undefined when there is no such
 * upload. Throws `upload/superseded`.
 */
export async function redriveOne(
  db: Pool,
  uploadId: string,
  by: { actor: string; reason: string; traceParent: string | null },
): Promise<RedrivenOne | undefined> {
  const { traceParent, ...who } = by;
  const upload = await findOpsUpload(db, uploadId);
  if (!upload?.failure) return upload && { redriven: false, upload };
  const { accountId, run, failure } = upload;
  const asked = { uploadId, accountId, askedBy: 'operator', traceParent, afterRun: run } as const;
  const redriven = await processAgain(db, asked, async (tx) => {
    await recordOpsAction(tx, { ...who, action: 'upload.redrive', facts: { uploadId, run, code: failure.code } });
  });
  const after = await findOpsUpload(db, uploadId);
  return after && { redriven, upload: after };
}
