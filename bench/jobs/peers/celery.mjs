import { installed } from './installed.mjs';
import { settings } from './settings.mjs';

const { Redis } = installed('ioredis');

/**
 * Fastify puts Celery's own message (protocol 2, as kombu writes it for Redis) into its list: faster than any Python in front,
 * so this is the best that Celery could do. The worker is tasks.py.
 */
export async function sender(store) {
  const redis = new Redis({ host: '127.0.0.1', port: settings.redisPort });
  return async (id, gpx) => {
    await store.insert(id, gpx);
    await redis.lpush('celery', JSON.stringify(messageOf(id)));
  };
}

function messageOf(id) {
  const nothing = { callbacks: null, errbacks: null, chain: null, chord: null };
  const headers = {
    task: 'process',
    id,
    root_id: id,
    parent_id: null,
    group: null,
    lang: 'py',
    retries: 0,
    timelimit: [null, null],
    argsrepr: '',
    kwargsrepr: '',
  };
  return {
    body: Buffer.from(JSON.stringify([[id], {}, nothing])).toString('base64'),
    'content-type': 'application/json',
    'content-encoding': 'utf-8',
    headers,
    properties: {
      correlation_id: id,
      reply_to: id,
      delivery_tag: id,
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: 'celery' },
      body_encoding: 'base64',
      priority: 0,
    },
  };
}
