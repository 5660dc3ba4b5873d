/**
 * The yardstick of `npm run bench:ack`: a route that makes a body and one row durable and does nothing else. The body is
 * streamed into a file while it is hashed, file and folder are synced, one row is inserted.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Fastify from 'fastify';
import pg from 'pg';

const { values } = parseArgs({
  options: { port: { type: 'string' }, database: { type: 'string' }, folder: { type: 'string' } },
});
const { port, database = '', folder = '' } = values;
const pool = new pg.Pool({ connectionString: database, max: 10 });
await pool.query(
  'create table if not exists plain_uploads (id uuid primary key, sha256 text not null, bytes bigint not null)',
);
await mkdir(path.join(folder, 'incoming'), { recursive: true });

const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', (_request, _payload, done) => done(null));
app.post('/v1/uploads', async (request, reply) => {
  const temporary = path.join(folder, 'incoming', randomUUID());
  const { sha256, bytes } = await keep(request.raw, temporary);
  const shelf = path.join(folder, sha256.slice(0, 2));
  await mkdir(shelf, { recursive: true });
  await link(temporary, path.join(shelf, sha256));
  await syncFolder(shelf);
  const id = randomUUID();
  await pool.query('insert into plain_uploads (id, sha256, bytes) values ($1, $2, $3)', [id, sha256, bytes]);
  await rm(temporary);
  return reply.status(202).send({ id });
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
process.send?.('ready');
process.once('disconnect', () => process.exit(0));

async function keep(source: AsyncIterable<Uint8Array>, file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  const handle = await open(file, 'wx', 0o600);
  let bytes = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    bytes += chunk.length;
    await handle.write(chunk);
  }
  await handle.datasync();
  await handle.close();
  return { sha256: hash.digest('hex'), bytes };
}

async function syncFolder(name: string): Promise<void> {
  const handle = await open(name, 'r');
  await handle.sync();
  await handle.close();
}
