// `node api.mjs <queue> <settings>`: what stands in front of a queue. The upload is stored and queued before it is acknowledged.
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { QUEUES } from './queues.mjs';
import { settings } from './settings.mjs';
import { openStore } from './store.mjs';

const BODY_BYTES_AT_MOST = 4_000_000;

const store = openStore();
await store.makeTables();
const { sender } = await QUEUES[process.argv[2]]();
const accept = await sender(store);

const app = Fastify({ bodyLimit: BODY_BYTES_AT_MOST });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/v1/uploads', async (request, reply) => {
  const id = randomUUID();
  await accept(id, request.body);
  return reply.status(202).send({ id, state: 'received' });
});
app.get('/v1/uploads/:id', async (request, reply) => {
  const found = await store.find(request.params.id);
  return found ?? reply.status(404).send({});
});
await app.listen({ host: '127.0.0.1', port: settings.port });
