import { opsUploadView, runView } from '../../api/ops/upload-view.ts';
import { findOpsUpload } from '../../db/dead-letters.ts';
import type { Pool } from '../../db/pool.ts';
import { earlierRunsOf, findSuccessor } from '../../db/upload-runs.ts';
import { UsageError } from '../settings.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function showUpload(db: Pool, id: string, options: { json?: true }): Promise<void> {
  const upload = UUID.test(id) ? await findOpsUpload(db, id) : undefined;
  if (!upload) throw new UsageError(`there is no upload ${id}`);
  const supersededBy = await findSuccessor(db, id);
  const { links: _, ...view } = opsUploadView(upload);
  const earlierRuns = (await earlierRunsOf(db, id)).map(runView);
  const shown = { ...view, ...(supersededBy && { supersededBy }), earlierRuns };
  console.log(JSON.stringify(shown, null, options.json ? 0 : 2));
}
