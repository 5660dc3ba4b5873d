import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { RecordingReader } from '../activities/read-recording.ts';
import type { Db, Pool } from '../db/pool.ts';
import type { CurrentSettings } from '../domain/limits/runtime-settings.ts';
import type { Loops } from '../platform/loops.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import type { Audit } from '../schedules/audit.ts';
import type { ScheduleOrders } from '../schedules/orders.ts';
import type { BlobStore } from '../services/blob-store.ts';
import { sendArtefact } from './artefact.ts';
import type { Dispatcher } from './dispatcher.ts';
import { STREAM_LIMITS, type StreamLimits } from './events/open-streams.ts';
import type { EventRelay } from './events/relay.ts';
import { STREAMING, type Streaming } from './events/stream.ts';
import type { ExportLimits } from './exports/open-exports.ts';
import type { InlinePath } from './inline-path.ts';
import { createMetrics } from './metrics/metrics.ts';
import { OPENAPI } from './openapi.ts';
import type { EndpointDeps } from './ops/webhook-endpoint.ts';
import { registerAuthentication } from './plugins/authenticate.ts';
import { registerConnectRefusal } from './plugins/broken-requests.ts';
import { registerClosing } from './plugins/closing.ts';
import { registerCors } from './plugins/cors.ts';
import { registerExpectations } from './plugins/expectations.ts';
import { allowHalfClosed } from './plugins/half-closed.ts';
import { registerNotFound } from './plugins/not-found.ts';
import { registerProblems } from './plugins/problems.ts';
import { registerRequestLog } from './plugins/request-log.ts';
import { registerRequestMetrics } from './plugins/request-metrics.ts';
import { registerStandardHeaders } from './plugins/standard-headers.ts';
import { registerUnreadBodies } from './plugins/unread-bodies.ts';
import { accountRoutes } from './routes/account.ts';
import { accountBillingRoutes } from './routes/account-billing.ts';
import { codecRoutes } from './routes/codec.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { deletionRoutes } from './routes/deletions.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { opsWorkerRoutes } from './routes/ops-workers.ts';
import { previewRoutes } from './routes/previews.ts';
import { probeRoutes } from './routes/probes.ts';
import { reprocessRoutes } from './routes/reprocess.ts';
import { reprocessOrderRoutes } from './routes/reprocess-orders.ts';
import { scheduleOrderRoutes } from './routes/schedule-orders.ts';
import { scheduleStatusRoutes } from './routes/schedule-status.ts';
import { stripeEventRoutes } from './routes/stripe-events.ts';
import { stripeOrderRoutes } from './routes/stripe-orders.ts';
import { stripeWebhookRoutes } from './routes/stripe-webhooks.ts';
import { trackDebugRoutes } from './routes/track-debug.ts';
import { trackListRoutes } from './routes/track-list.ts';
import { trackSettingsRoutes } from './routes/track-settings.ts';
import { trackRoutes } from './routes/tracks.ts';
import { uploadEventsRoutes } from './routes/upload-events.ts';
import { uploadListRoutes } from './routes/upload-list.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { wayTypesRoutes } from './routes/way-types.ts';
import { webhookEndpointRoutes } from './routes/webhook-endpoint.ts';
import { webhookMessageRoutes } from './routes/webhook-messages.ts';
import {
  ProblemSchema,
  SeriesSchema,
  TrackSchema,
  TrackSummarySchema,
  UploadEventSchema,
  UploadSchema,
} from './schemas.ts';
import { PATIENCE, type Patience, serverOptions } from './server-options.ts';
import type { Watchdog } from './watchdog.ts';

export interface AppDeps {
  readonly log: FastifyBaseLogger;
  readonly build: string;
  /** Whether way types are configured. */
  readonly wayTypes?: boolean;
  readonly db: Pool;
  readonly blobs: BlobStore;
  /** Makes tracks again whose settings changed. */
  readonly reader: Pick<RecordingReader, 'shape'>;
  readonly loops: Loops;
  readonly dispatcher: Dispatcher;
  readonly inline: InlinePath;
  readonly relay: EventRelay;
  /** What is asked whether scheduled work really ran: now, and by whoever watches it all the time. */
  readonly audit: () => Promise<Audit>;
  readonly watchdog: Watchdog;
  readonly orders: ScheduleOrders;
  /** What Stripe signs its events with; without any none is taken. */
  readonly stripeWebhookSecrets?: readonly string[];
  /** Where its events are stored; `db` without it. */
  readonly stripeDb?: Db;
  readonly stripeForgedPerMinute?: number;
  /** Whose `X-Forwarded-For` is believed; nobody's by default. */
  readonly trustedProxies?: readonly string[];
  /** What seals the secrets of the site's endpoint, and where that may be. */
  readonly webhooks: Omit<EndpointDeps, 'db'>;
  /** The codec endpoint of the Temporal Web UI; none without it. */
  readonly codec?: { readonly codecKeys: CodecKeyring; readonly token: string; readonly uiOrigin: string };
  /** Origins whose pages may call the API from a browser; none by default. */
  readonly corsOrigins?: readonly string[];
  readonly patience?: Partial<Patience>;
  readonly streaming?: Partial<Streaming & StreamLimits>;
  readonly exportLimits?: ExportLimits;
  /** What operators change at run time; the code's defaults without it. */
  readonly settings?: CurrentSettings;
}

/** The whole API, ready to listen or to be injected into; it never listens itself. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const patience = { ...PATIENCE, ...deps.patience };
  const metrics = createMetrics(deps);
  const app = Fastify(serverOptions(deps.log, patience, deps.trustedProxies)).withTypeProvider<TypeBoxTypeProvider>();
  registerProblems(app);
  registerStandardHeaders(app);
  registerRequestLog(app);
  registerRequestMetrics(app, metrics);
  registerUnreadBodies(app);
  registerCors(app, deps.corsOrigins ?? []);
  registerExpectations(app);
  registerConnectRefusal(app);
  allowHalfClosed(app);
  registerNotFound(app);
  const closing = registerClosing(app, patience);
  registerAuthentication(app, deps);
  for (const schema of SCHEMAS) app.addSchema(schema);
  await app.register(swagger, OPENAPI);
  await app.register(probeRoutes, { ...deps, closing });
  await app.register(healthRoutes, { ...deps, temporal: deps.dispatcher });
  await app.register(uploadRoutes, { ...deps, closing, metrics });
  await app.register(uploadListRoutes, deps);
  await app.register(reprocessRoutes, { ...deps, closing });
  const streaming = { ...STREAMING, ...STREAM_LIMITS, ...deps.streaming };
  await app.register(uploadEventsRoutes, { ...deps, streaming, closing });
  await app.register(trackRoutes, deps);
  await app.register(trackSettingsRoutes, deps);
  await app.register(accountRoutes, deps);
  await app.register(accountBillingRoutes, deps);
  await app.register(wayTypesRoutes, deps);
  await app.register(trackListRoutes, deps);
  await app.register(trackDebugRoutes, deps);
  await app.register(exportRoutes, deps);
  await app.register(previewRoutes, deps);
  await app.register(deletionRoutes, deps);
  await app.register(deadLetterRoutes, deps);
  await app.register(reprocessOrderRoutes, deps);
  await app.register(opsWorkerRoutes, deps);
  await app.register(scheduleStatusRoutes, deps);
  await app.register(scheduleOrderRoutes, deps);
  await app.register(stripeWebhookRoutes, { ...deps, closing, metrics });
  await app.register(stripeEventRoutes, deps);
  await app.register(stripeOrderRoutes, deps);
  await app.register(webhookEndpointRoutes, { ...deps, ...deps.webhooks });
  await app.register(webhookMessageRoutes, deps);
  await app.register(metricsRoutes, metrics);
  if (deps.codec) await app.register(codecRoutes, { db: deps.db, ...deps.codec });
  await app.register(documentation);
  return app;
}

const SCHEMAS = [ProblemSchema, UploadSchema, UploadEventSchema, TrackSchema, TrackSummarySchema, SeriesSchema];

async function documentation(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'public' };
  });
  let text: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (request, reply) => {
    text ??= JSON.stringify(app.swagger());
    const body = text;
    const document = {
      what: 'document',
      build: '',
      stamp: async () => body,
      load: async () => ({ stamp: body, body }),
    };
    return sendArtefact(request, reply.type('application/json; charset=utf-8'), document);
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
