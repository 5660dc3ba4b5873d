import type { Pool } from '../../db/pool.ts';
import {
  type DispatchableUpload,
  dispatchAgain,
  giveUpUpload,
  offerOpenUploadsAgain,
  takeUploadsToDispatch,
} from '../../db/upload-dispatch.ts';
import { startNextRun } from '../../db/upload-runs.ts';
import type { Log } from '../../platform/log.ts';
import type { Line } from './line.ts';

/** Runs that may be lost, of what was asked for once, before it is given up for an operator to look at. */
const RUNS_AT_MOST = 5;

/** The only starter of upload workflows. */
export function uploadLine(
  db: Pool,
  { start, log }: { start: Line<DispatchableUpload>['start']; log: Log },
): Line<DispatchableUpload> {
  return {
    start,
    take: (options) => takeUploadsToDispatch(db, options),
    again: (uploads, againS) => dispatchAgain(db, uploads, againS),
    offerAll: (pace) => offerOpenUploadsAgain(db, pace),
    name: ({ id, run }) => ({ uploadId: id, run }),
    lost: async ({ id: uploadId, run, lostRuns }) => {
      if (lostRuns + 1 >= RUNS_AT_MOST) {
        if (await giveUpUpload(db, { id: uploadId, run })) log.error({ uploadId, run }, 'upload given up');
      } else if (await startNextRun(db, { id: uploadId, run })) {
        log.warn({ uploadId, run }, 'upload run ended without a result');
      }
    },
  };
}
