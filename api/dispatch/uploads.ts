import { v4 as uuid } from 'uuid';
import { BATCH_BYTES_AT_MOST } from '../../contracts/upload-batches.ts';
import { LARGE_BYTES } from '../../contracts/uploads.ts';
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
import type { Capacity } from './capacity.ts';
import { createInFlight } from './in-flight.ts';
import type { Line, StartOutcome } from './line.ts';

/** Uploads that one workflow is started for: one, or several of one batch. */
export type UploadUnit = readonly [DispatchableUpload, ...DispatchableUpload[]];

export interface UploadLineOptions {
  readonly start: (unit: UploadUnit) => Promise<StartOutcome>;
  readonly log: Log;
  readonly capacity: () => Capacity;
  /** Uploads in one batch at most; with 1 each has a workflow of its own. */
  readonly batchAtMost: number;
}

/** Runs that may be lost, of what was asked for once, before it is given up for an operator to look at. */
const RUNS_AT_MOST = 5;
/** So few have a workflow each: it costs them little more, and can be looked at by itself. */
const TOGETHER_FROM = 3;
/**
 * The only starter of upload workflows. Few are in flight at once (in-flight.ts): what comes meanwhile waits for one of them to end, and
 * then goes together; so nobody waits who comes alone, and the more there are, the less each of them costs.
 */
export function uploadLine(db: Pool, options: UploadLineOptions): Line<UploadUnit> {
  const { start, log, capacity, batchAtMost } = options;
  const inFlight = createInFlight(db);
  const goTogether = () => batchAtMost >= TOGETHER_FROM && capacity().takesBatches;
  return {
    kind: 'uploads',
    hasRoom: () => inFlight.hasRoom({ workers: Math.max(1, capacity().workers), goTogether: goTogether() }),
    start: async (unit) => {
      const outcome = await start(unit);
      if (outcome === 'running' && unit[0].inflatedBytes <= LARGE_BYTES) inFlight.began(unit.map(({ id }) => id));
      return outcome;
    },
    take: async ({ limit, leaseS }) => {
      const isBatched = limit > 1 && goTogether();
      const batch = { ...BATCH_RULES, id: uuid(), uploadsAtMost: batchAtMost };
      return unitsOf(await takeUploadsToDispatch(db, { limit, leaseS, ...(isBatched && { batch }) }));
    },
    mayHaveMore: (units) => units.flat().length > 1,
    again: (units, againS) => dispatchAgain(db, units.flat(), againS),
    offerAll: (pace) => offerOpenUploadsAgain(db, pace),
    name: ([{ id, run, batch }, ...others]) =>
      batch === null ? { uploadId: id, run } : { batch, uploads: others.length + 1 },
    lost: async ([{ id: uploadId, run, lostRuns }]) => {
      if (lostRuns + 1 >= RUNS_AT_MOST) {
        if (await giveUpUpload(db, { id: uploadId, run })) log.error({ uploadId, run }, 'upload given up');
      } else if (await startNextRun(db, { id: uploadId, run })) {
        log.warn({ uploadId, run }, 'upload run ended without a result');
      }
    },
  };
}

const BATCH_RULES = { uploadsAtLeast: TOGETHER_FROM, bytesAtMost: BATCH_BYTES_AT_MOST } as const;

/** Those of the batch are one, in its place. */
function unitsOf(uploads: readonly DispatchableUpload[]): readonly UploadUnit[] {
  const [first, ...others] = uploads.filter(({ batch }) => batch !== null);
  const alone = uploads.filter(({ batch }) => batch === null).map((upload): UploadUnit => [upload]);
  return first ? [...alone, [first, ...others]] : alone;
}
