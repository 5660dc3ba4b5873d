import { createRecordingReader } from '../activities/read-recording.ts';
import { connect } from '../db/pool.ts';
import { readConfig } from '../platform/config.ts';
import { environment } from '../platform/environment.ts';
import { flushTelemetry } from '../platform/flush-telemetry.ts';
import { createLog } from '../platform/log.ts';
import { createLoops } from '../platform/loops.ts';
import { shutdownOnSignals } from '../platform/shutdown.ts';
import { temporalClient } from '../platform/temporal/client.ts';
import { type Audit, auditSchedules } from '../schedules/audit.ts';
import { MANIFEST } from '../schedules/manifest.ts';
import { notePauses } from '../schedules/note-pauses.ts';
import { createScheduleOrders } from '../schedules/orders.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';
import { createDeadManPings } from '../services/dead-man-pings.ts';
import { buildApp } from './app.ts';
import { startDispatcher } from './dispatcher.ts';
import { startEventRelay } from './events/relay.ts';
import { startInlinePath } from './inline-path.ts';
import { startStaleTracks } from './stale-tracks.ts';
import { namespaceIdOf, startUpload } from './start-upload.ts';
import { startWebhook } from './start-webhook.ts';
import { startWatchdog } from './watchdog.ts';
import { startWebhookDispatcher } from './webhook-dispatcher.ts';

const config = readConfig(environment());
const log = createLog({ process: 'api', level: config.logLevel, build: config.build });
const shutdown = shutdownOnSignals({ log, graceMs: 30_000 });
const loops = createLoops({ log, onDead: (name) => void shutdown.begin(`the loop ${name} is dead`, 70) });

const db = connect(config.databaseUrl, {
  onIdleError: (error) => log.warn({ err: error }, 'database connection lost'),
});
const client = temporalClient({ ...config.temporal, codecKeys: config.codecKeys });
const blobs = await openFsBlobStore(config.blobDir);
const wayTypes = config.valhalla !== undefined;
const start = (upload: Parameters<typeof startUpload>[1]) => startUpload(client, upload, { wayTypes });
const namespaceId = () => namespaceIdOf(client);
const dispatcher = startDispatcher({ db, loops, log, start, namespaceId });
startWebhookDispatcher({ db, loops, log, start: (message) => startWebhook(client, message), dispatcher });
const reader = createRecordingReader({ blobDir: config.blobDir, processes: 2, giveWay: true });
startStaleTracks({ db, reader, build: config.build, loops, log });
const relay = startEventRelay({ databaseUrl: config.databaseUrl, db, loops, log });

const { codecKeys, codecUiToken: token, temporal, build } = config;
const codec = token && temporal.uiUrl ? { codecKeys, token, uiOrigin: new URL(temporal.uiUrl).origin } : undefined;
const inline = startInlinePath({ db, loops, log, reader, build, wayTypes, temporal: dispatcher });
const orders = createScheduleOrders({ db, client, manifest: MANIFEST });
const { corsOrigins } = config;
const asked = { client, db, manifest: MANIFEST, sealingKey: codecKeys.current };
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
};
const app = await buildApp({ ...parts, ...(codec && { codec }) });

shutdown.onClose('telemetry', flushTelemetry);
shutdown.onClose('database', () => db.end());
shutdown.onClose('reader', () => reader.close());
shutdown.onClose('temporal', () => client.connection.close());
shutdown.onClose('relay', () => relay.close());
shutdown.onClose('loops', () => loops.stop());
shutdown.onClose('http', () => app.close());
await app.listen({ host: config.host, port: config.port });
log.info({ port: config.port }, 'api ready');
