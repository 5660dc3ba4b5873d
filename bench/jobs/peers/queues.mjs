/**
 * Each module has `sender(store)`, which gives `(id, gpx)` → stored and queued, and, but for Celery whose worker is Python,
 * `work(store, options)`.
 */
export const QUEUES = {
  bullmq: () => import('./bullmq.mjs'),
  celery: () => import('./celery.mjs'),
  'graphile-worker': () => import('./graphile-worker.mjs'),
  'temporal-raw': () => import('./temporal-raw.mjs'),
};
