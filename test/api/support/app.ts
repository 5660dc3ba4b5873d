import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll } from 'vitest';
import { type AppDeps, buildApp } from '../../../api/app.ts';
import { type EventRelay, startEventRelay } from '../../../api/events/relay.ts';
import { createKey } from '../../../cli/keys.ts';
import { connect, type Pool } from '../../../db/pool.ts';
import { deriveTrack } from '../../../domain/derive-track.ts';
import { decodeColumns } from '../../../domain/track/columns.ts';
import { createLog, type Log } from '../../../platform/log.ts';
import { createLoops } from '../../../platform/loops.ts';
import { temporalClient } from '../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../platform/temporal/keyring.ts';
import type { Audit } from '../../../schedules/audit.ts';
import { MANIFEST } from '../../../schedules/manifest.ts';
import { createScheduleOrders } from '../../../schedules/orders.ts';
import { openFsBlobStore } from '../../../services/blob-store-fs.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { checkedInject, type Inject } from './contract.ts';

/** Also for apps made inside a test, where `afterAll` comes too late to be heard. */
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** The real app on a real database and a real blob folder, without Temporal: what is accepted stays `received`. */
export interface ApiStack extends TestDatabase {
  readonly app: FastifyInstance;
  readonly relay: EventRelay;
  readonly blobDir: string;
  /** A request to `app` whose answer is held to the OpenAPI document. */
  readonly inject: Inject;
  /** `Authorization` of an account key. */
  readonly headers: { authorization: string };
  /** Files that the blob folder holds, unfinished ones too. */
  storedFiles(): Promise<readonly string[]>;
  uploadCount(): Promise<number>;
}

/** At the top of a test file only: its database is dropped by an `afterAll` of its own. */
export async function apiStack(overrides: Partial<AppDeps> = {}): Promise<ApiStack> {
  const database = await testDatabase();
  const blobDir = await mkdtemp(path.join(tmpdir(), 'cairn-api-'));
  cleanups.push(() => rm(blobDir, { recursive: true, force: true }));
  const loops = createLoops({ log: quietLog(), onDead: () => {} });
  const relay = startEventRelay({ databaseUrl: database.url, db: database.db, loops, log: quietLog() });
  cleanups.push(
    () => relay.close(),
    () => loops.stop(),
  );
  const blobs = await openFsBlobStore(blobDir);
  const app = await testApp({ db: database.db, blobs, loops, relay, ...overrides });
  const { key } = await createKey(database.db, { kind: 'account', accountExternalId: 'tester', name: 'test' });
  return {
    ...database,
    app,
    relay,
    inject: await checkedInject(app),
    blobDir,
    headers: { authorization: `Bearer ${key}` },
    storedFiles: () => filesIn(blobDir),
    uploadCount: async () => {
      const [row] = await database.query<{ n: number }>('select count(*)::int as n from uploads');
      return row?.n ?? -1;
    },
  };
}

/** The app alone; everything that is not given is there and does nothing. Temporal is away. */
export async function testApp(deps: Partial<AppDeps> & Pick<AppDeps, 'blobs' | 'db'>): Promise<FastifyInstance> {
  const log = deps.log ?? quietLog();
  const loops = createLoops({ log: quietLog(), onDead: () => {} });
  const dispatcher = { nudge: () => {}, status: () => 'reachable' as const };
  const inline = {
    status: () => ({ reason: undefined, processed: 0, processedFor: { 'temporal away': 0, 'no worker alive': 0 } }),
  };
  const seen = { audit: async () => WELL, watchdog: { latest: () => WELL, ageMs: () => 0 } };
  const client = temporalClient({ address: '127.0.0.1:9', namespace: 'none', codecKeys: testCodec().codecKeys });
  const orders = createScheduleOrders({ db: deps.db, client, manifest: MANIFEST });
  const doing = { loops, dispatcher, inline, relay: SILENT_RELAY, reader: READER, orders };
  const webhooks = { codecKeys: testCodec().codecKeys, targets: { http: false, privateAddresses: false } };
  const parts = { ...seen, ...doing, webhooks, log, build: 'test' };
  const app = await buildApp({ ...parts, ...deps });
  cleanups.push(
    () => loops.stop(),
    () => client.connection.close(),
    () => app.close(),
  );
  return app;
}

/** Does in this process what a child does elsewhere. */
export const READER: AppDeps['reader'] = {
  shape: async ({ columnsGzip, settings }) => {
    const { statistics, series } = deriveTrack(decodeColumns(gunzipSync(columnsGzip)), settings);
    return { statistics, seriesJson: JSON.stringify(series) };
  },
};

/** No schedule is declared, and nothing is owed. */
const WELL: Audit = { checkedAt: new Date(), worst: 'OK', schedules: [] };

const SILENT_RELAY: EventRelay = {
  subscribe: () => ({ next: async () => undefined, close: () => {} }),
  close: async () => {},
};

function quietLog(): Log {
  return createLog({ process: 'test', level: 'silent', build: 'test' });
}

/** A pool whose server is not there: nothing listens on port 9 (discard) of this machine. */
export function absentDatabase(): Pool {
  return connect('postgres://nobody:nothing@127.0.0.1:9/none');
}

export function testCodec(): { codecKeys: ReturnType<typeof parseCodecKeys>; token: string; uiOrigin: string } {
  const codecKeys = parseCodecKeys(`k1:${randomBytes(32).toString('base64')}`);
  return { codecKeys, token: randomBytes(24).toString('base64url'), uiOrigin: 'http://ui.example' };
}

/** Listens on loopback; the port. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return portOf(app.server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
