import { cancellationSignal } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Job } from '../../../activities/jobs/job.ts';
import { createScheduleSteps } from '../../../activities/schedule-steps.ts';
import { QUEUES } from '../../../contracts/queues.ts';
import { connect } from '../../../db/pool.ts';
import { environment } from '../../../platform/environment.ts';
import { createLog } from '../../../platform/log.ts';
import { dataConverter } from '../../../platform/temporal/data-converter.ts';
import { parseCodecKeys } from '../../../platform/temporal/keyring.ts';
import { createDeadManPings } from '../../../services/dead-man-pings.ts';
import { workflowBundle } from '../../../workers/bundle.ts';
import { stepInterceptor } from '../../../workers/step-interceptor.ts';

/**
 * A worker of scheduled work alone, whose job takes the rows of `things` one by one; it stops in the middle of an effect, and
 * waits to be killed, after as many as its argument says.
 */
const {
  DATABASE_URL = '',
  CAIRN_TEMPORAL_ADDRESS = '',
  CAIRN_TEMPORAL_NAMESPACE = '',
  CAIRN_CODEC_KEYS = '',
  CAIRN_PING_STUCK_WORK = '',
} = environment();
const hangAfter = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
const db = connect(DATABASE_URL);

const takeAll: Job = async ({ count, finish }) => {
  for (let taken = 0; ; taken++) {
    const isDone = await db.transaction(async (tx) => {
      const { rowCount } = await tx.query(
        'update things set times = times + 1 where id = (select min(id) from things where times = 0)',
      );
      await count(tx, { scanned: 1, changed: rowCount ?? 0 });
      if (rowCount === 0) await finish(tx);
      if (taken === hangAfter) await hang(); // counted, and not committed
      return rowCount === 0;
    });
    if (isDone) return;
  }
};

async function hang(): Promise<never> {
  console.log('in the middle');
  return new Promise(() => {});
}

const log = createLog({ process: 'test', level: 'fatal', build: 'test' });
const steps = createScheduleSteps({
  db,
  build: 'test',
  jobs: { 'stuck-work': takeAll },
  isSlot: () => true,
  pings: createDeadManPings({ urls: { 'stuck-work': CAIRN_PING_STUCK_WORK }, log }),
  signal: cancellationSignal,
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: CAIRN_TEMPORAL_ADDRESS }),
  namespace: CAIRN_TEMPORAL_NAMESPACE,
  taskQueue: QUEUES.maintenance,
  workflowBundle: await workflowBundle(),
  activities: { ...steps },
  dataConverter: dataConverter(parseCodecKeys(CAIRN_CODEC_KEYS)),
  interceptors: { activity: [stepInterceptor(log)] },
  stickyQueueScheduleToStartTimeout: '1s',
});
console.log('ready');
await worker.run();
