import { installed } from './installed.mjs';
import { settings } from './settings.mjs';

const { Logger, makeWorkerUtils, run } = installed('graphile-worker');
const logger = new Logger(() => () => {}); // it tells of every job
const connectionString = settings.databaseUrl;

/** Stored and queued by one statement, which only a queue inside Postgres can do. */
const STORE_AND_QUEUE = `
  with stored as (insert into uploads (id, gpx) values ($1, $2) returning id)
  select graphile_worker.add_job('process', json_build_object('id', id)) from stored`;

export async function sender(store) {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  await utils.release();
  return (id, gpx) => store.run('store-and-queue', STORE_AND_QUEUE, [id, gpx]);
}

export async function work({ steps }, { jobsAtOnce }) {
  await run({
    connectionString,
    logger,
    concurrency: jobsAtOnce,
    maxPoolSize: jobsAtOnce + 2,
    noHandleSignals: true,
    taskList: { process: ({ id }) => steps.all(id) },
  });
}
