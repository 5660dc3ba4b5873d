import { installed } from './installed.mjs';
import { settings } from './settings.mjs';

const { Queue, Worker } = installed('bullmq');
const connection = { host: '127.0.0.1', port: settings.redisPort, maxRetriesPerRequest: null };
const NAME = 'recordings';

/** Retried, as somebody would who must not lose uploads; the default is one attempt. */
const OPTIONS = { removeOnComplete: true, attempts: 3, backoff: { type: 'exponential', delay: 500 } };

export async function sender(store) {
  const queue = new Queue(NAME, { connection });
  return async (id, gpx) => {
    await store.insert(id, gpx);
    await queue.add('process', { id }, { ...OPTIONS, jobId: id });
  };
}

export async function work({ steps }, { jobsAtOnce }) {
  const worker = new Worker(NAME, ({ data }) => steps.all(data.id), { connection, concurrency: jobsAtOnce });
  worker.on('error', (error) => console.error(error));
}
