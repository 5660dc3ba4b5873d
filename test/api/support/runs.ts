import { createUploadSteps } from '../../../activities/upload-steps.ts';
import type { RejectionCode } from '../../../contracts/rejections.ts';
import { Rejection } from '../../../contracts/rejections.ts';
import type { ProcessUploadResult } from '../../../contracts/uploads.ts';
import type { Pool } from '../../../db/pool.ts';
import { processUpload } from '../../../domain/upload/process-upload.ts';
import { READ } from '../../db/support.ts';

type Read = typeof READ;

/** The real steps on the real database; only the reading is the test's. */
export function stepsThat(db: Pool, read: () => Promise<Read>, build = 'test') {
  return createUploadSteps({ db, build, processedBy: 'workflow', ownerOf: () => `test ${build}`, reader: { read } });
}

/** One run, from claim to end, in which the recording reads as `read`. */
export function runs(
  db: Pool,
  uploadId: string,
  run: number,
  read: Read = READ,
  build = 'test',
): Promise<ProcessUploadResult> {
  return processUpload(
    stepsThat(db, async () => read, build),
    { uploadId, run, inflatedBytes: 1 },
  );
}

/** One run in which the recording is refused. */
export function fails(
  db: Pool,
  uploadId: string,
  { run = 1, code = 'processing/original-missing' as RejectionCode, build = 'test' } = {},
): Promise<ProcessUploadResult> {
  const steps = stepsThat(db, () => Promise.reject(new Rejection(code, { detail: 'As the test wants it.' })), build);
  return processUpload(steps, { uploadId, run, inflatedBytes: 1 });
}
