import { availableParallelism } from 'node:os';
import { createRecordingReader, type RecordingReader } from '../activities/read-recording.ts';
import { createBulkReprocessSteps } from '../activities/reprocess/reprocess-steps.ts';
import type { BulkReprocessSteps } from '../contracts/reprocess-orders.ts';
import type { UploadSteps } from '../contracts/uploads.ts';
import { connect } from '../db/pool.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { Shutdown } from '../platform/shutdown.ts';

export interface BulkReprocessParts {
  readonly config: Pick<Config, 'databaseUrl' | 'blobDir' | 'build'>;
  readonly log: Log;
  readonly shutdown: Shutdown;
  readonly addWayTypes: UploadSteps['addWayTypes'] | undefined;
}

/** One upload of them is read, the others wait to be claimed or saved with others: a group of eight does not leave a reader idle. */
const LANES_PER_PROCESS = 8;
/** One each for what is begun, claimed and saved, and whether somebody waits; the rest is for single ones that were handed over or failed. */
const CONNECTIONS = 6;

/** With connections and readers of its own, which give way: nobody waits for bulk work, and somebody may for everything else. */
export function bulkReprocessSteps({ config, log, shutdown, addWayTypes }: BulkReprocessParts): BulkReprocessSteps {
  const processes = Math.max(2, availableParallelism());
  const onIdleError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const db = connect(config.databaseUrl, { max: CONNECTIONS, onIdleError });
  const reader = onFirstUse(() => createRecordingReader({ blobDir: config.blobDir, processes, giveWay: 'to-all' }));
  shutdown.onClose('bulk database', () => db.end());
  shutdown.onClose('bulk reader', () => reader.close());
  return createBulkReprocessSteps({
    db,
    log,
    build: config.build,
    reader,
    addWayTypes,
    lanes: LANES_PER_PROCESS * processes,
  });
}

/** Its children hold 21 MB each, and most workers never have bulk work to do. */
function onFirstUse(create: () => RecordingReader): Pick<RecordingReader, 'read' | 'close'> {
  let made: RecordingReader | undefined;
  return {
    read: (job) => {
      made ??= create();
      return made.read(job);
    },
    close: async () => made?.close(),
  };
}
