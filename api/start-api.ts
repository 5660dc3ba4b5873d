import { createRecordingReader } from '../activities/read-recording.ts';
import { connect, INGRESS_POOL, REQUEST_POOL } from '../db/pool.ts';
import type { Config } from '../platform/config.ts';
import { flushTelemetry } from '../platform/flush-telemetry.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { Shutdown } from '../platform/shutdown.ts';
import { temporalClient } from '../platform/temporal/client.ts';
import { type Audit, auditSchedules } from '../schedules/audit.ts';
import type { Manifest } from '../schedules/manifest.ts';
import { notePauses } from '../schedules/note-pauses.ts';
import { createScheduleOrders } from '../schedules/orders.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';
import { createDeadManPings } from '../services/dead-man-pings.ts';
import { buildApp } from './app.ts';
import { dispatchedLines } from './dispatch/lines.ts';
import { seenNamespace } from './dispatch/seen-namespace.ts';
import { namespaceIdOf } from './dispatch/start-once.ts';
import { startDispatcher } from './dispatcher.ts';
import { startEventRelay } from './events/relay.ts';
import { startInlinePath } from './inline-path.ts';
import { startStaleTracks } from './stale-tracks.ts';
import { startWatchdog } from './watchdog.ts';

export interface ApiProcess {
  readonly config: Config;
  readonly log: Log;
  readonly loops: Loops;
  readonly shutdown: Shutdown;
  /** The scheduled work that is watched, and ordered about. */
  readonly manifest: Manifest;
}

/** Everything that is in an API process, connected and listening; then its loops turn. `shutdown` closes it in reverse. */
export async function startApi({ config, log, loops, shutdown, manifest }: ApiProcess): Promise<void> {
  const onIdleError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const db = connect(config.databaseUrl, { ...REQUEST_POOL, onIdleError });
  const stripeDb = connect(config.databaseUrl, { ...INGRESS_POOL, onIdleError });
  const client = temporalClient({ ...config.temporal, codecKeys: config.codecKeys });
  const blobs = await openFsBlobStore(config.blobDir);
  const wayTypes = config.valhalla !== undefined;
  const lines = dispatchedLines({ db, client, log, wayTypes, uploadBatch: config.uploadBatch });
  const namespaceId = () => namespaceIdOf(client);
  const dispatcher = startDispatcher({ loops, log, lines, namespaceId, seen: seenNamespace(db) });
  const reader = createRecordingReader({ blobDir: config.blobDir, processes: 2, giveWay: 'to-requests' });
  startStaleTracks({ db, reader, build: config.build, loops, log });
  const relay = startEventRelay({ databaseUrl: config.databaseUrl, db, loops, log });

  const { codecKeys, codecUiToken: token, temporal, build } = config;
  const codec = token && temporal.uiUrl ? { codecKeys, token, uiOrigin: new URL(temporal.uiUrl).origin } : undefined;
  const inline = startInlinePath({ db, loops, log, reader, build, wayTypes, temporal: dispatcher });
  const orders = createScheduleOrders({ db, client, manifest });
  const { corsOrigins, trustedProxies, stripeWebhookSecrets, stripeForgedPerMinute } = config;
  const asked = { client, db, manifest, sealingKey: codecKeys.current };
  const audit = () => auditSchedules(asked);
  const noteSeen = (seen: Audit) => notePauses(db, seen);
  const pings = createDeadManPings({ urls: config.pings, log });
  const watchdog = startWatchdog({ loops, log, audit, noteSeen, pings });
  const parts = {
    audit,
    watchdog,
    log,
    build,
    wayTypes,
    db,
    blobs,
    reader,
    loops,
    dispatcher,
    inline,
    relay,
    orders,
    webhooks: { codecKeys, targets: config.webhookTargets },
    corsOrigins,
    trustedProxies,
    stripeWebhookSecrets,
    stripeForgedPerMinute,
    stripeDb,
  };
  const app = await buildApp({ ...parts, ...(codec && { codec }) });

  shutdown.onClose('telemetry', flushTelemetry);
  shutdown.onClose('database', () => Promise.all([db.end(), stripeDb.end()]));
  shutdown.onClose('reader', () => reader.close());
  shutdown.onClose('temporal', () => client.connection.close());
  shutdown.onClose('relay', () => relay.close());
  shutdown.onClose('loops', () => loops.stop());
  shutdown.onClose('http', () => app.close());
  await app.listen({ host: config.host, port: config.port });
  loops.release();
  log.info({ port: config.port }, 'api ready');
}
