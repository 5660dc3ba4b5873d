/**
 * Where shall small originals go: files of the blob store, or gzip bytes in the insert of the upload row? Both are durable
 * when they answer. Run: `npm run bench:originals`; figures and the decision: docs/adr/0002.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createDatabase } from '../db/create-database.ts';
import { connect, type Pool } from '../db/pool.ts';
import { generateGpx } from '../domain/sample/generate-gpx.ts';
import { freePort } from '../platform/embedded/ports.ts';
import { ensurePostgres } from '../platform/embedded/postgres.ts';
import { environment } from '../platform/environment.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';

const UPLOADS = 400;
const REPEATS = 3;

const home = await mkdtemp(path.join(tmpdir(), 'cairn-bench-'));
await chmod(home, 0o711); // as root, Postgres runs as somebody else in there
const searchPath = environment().PATH ?? '';
const postgres = await ensurePostgres({
  home,
  port: await freePort(),
  flavour: 'auto',
  searchPath,
  durable: true,
  createDatabase,
  log: () => {},
});
const db = connect(postgres.databaseUrl, { max: 10 });
const blobs = await openFsBlobStore(path.join(home, 'blobs'));
try {
  await db.query('create table originals (id serial primary key, key text, body bytea)');
  await db.query('alter table originals alter column body set storage external');
  const variants = { 'file + row': fileAndRow, 'gzip in the row': gzipInRow } as const;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const width of [1, 32]) {
      for (const [name, store] of Object.entries(variants)) console.log(name, await measure(store, width));
    }
  }
} finally {
  await db.end();
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}

async function fileAndRow(body: Uint8Array): Promise<void> {
  const { key } = await blobs.put(once(body));
  await insert(db, key, null);
}

async function gzipInRow(body: Uint8Array): Promise<void> {
  await insert(db, 'in the row', gzipSync(body, { level: 1 }));
}

async function insert(into: Pool, key: string, body: Uint8Array | null): Promise<void> {
  await into.query('insert into originals (key, body) values ($1, $2)', [key, body]);
}

async function* once(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield body;
}

async function measure(store: (body: Uint8Array) => Promise<void>, width: number) {
  const bodies = Array.from({ length: UPLOADS }, (_, seed) =>
    generateGpx({ seed: seed + Math.floor(performance.now()), points: 870, sensors: ['heartRate'] }),
  );
  const times: number[] = [];
  const startedAt = performance.now();
  const lane = async () => {
    for (let body = bodies.pop(); body; body = bodies.pop()) {
      const from = performance.now();
      await store(body);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  const perS = Math.round(UPLOADS / ((performance.now() - startedAt) / 1000));
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return { inFlight: width, p50Ms: at(0.5), p99Ms: at(0.99), perS };
}
