import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Pool } from '../db/pool.ts';
import type { CurrentSettings } from '../domain/limits/runtime-settings.ts';
import type { Loops } from '../platform/loops.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import type { BlobStore } from '../services/blob-store.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { InlinePath } from './inline-path.ts';
import { OPENAPI } from './openapi.ts';
import { registerAuthentication } from './plugins/authenticate.ts';
import { registerConnectRefusal } from './plugins/broken-requests.ts';
import { registerClosing } from './plugins/closing.ts';
import { registerExpectations } from './plugins/expectations.ts';
import { allowHalfClosed } from './plugins/half-closed.ts';
import { registerNotFound } from './plugins/not-found.ts';
import { registerProblems } from './plugins/problems.ts';
import { registerRequestLog } from './plugins/request-log.ts';
import { registerStandardHeaders } from './plugins/standard-headers.ts';
import { registerUnreadBodies } from './plugins/unread-bodies.ts';
import { codecRoutes } from './routes/codec.ts';
import { deletionRoutes } from './routes/deletions.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { previewRoutes } from './routes/previews.ts';
import { probeRoutes } from './routes/probes.ts';
import { trackRoutes } from './routes/tracks.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { ProblemSchema, SeriesSchema, TrackSchema, UploadSchema } from './schemas.ts';
import { PATIENCE, type Patience, serverOptions } from './server-options.ts';

export interface AppDeps {
  readonly log: FastifyBaseLogger;
  readonly build: string;
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly loops: Loops;
  readonly dispatcher: Dispatcher;
  readonly inline: InlinePath;
  /** The codec endpoint of the Temporal Web UI; none without it. */
  readonly codec?: { readonly codecKeys: CodecKeyring; readonly token: string; readonly uiOrigin: string };
  readonly patience?: Partial<Patience>;
  /** What operators change at run time; the code's defaults without it. */
  readonly settings?: CurrentSettings;
}

/** The whole API, ready to listen or to be injected into; it never listens itself. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const patience = { ...PATIENCE, ...deps.patience };
  const app = Fastify(serverOptions(deps.log, patience)).withTypeProvider<TypeBoxTypeProvider>();
  registerProblems(app);
  registerStandardHeaders(app);
  registerRequestLog(app);
  registerUnreadBodies(app);
  registerExpectations(app);
  registerConnectRefusal(app);
  allowHalfClosed(app);
  registerNotFound(app);
  const closing = registerClosing(app, patience);
  registerAuthentication(app, deps);
  for (const schema of [ProblemSchema, UploadSchema, TrackSchema, SeriesSchema]) app.addSchema(schema);
  await app.register(swagger, OPENAPI);
  await app.register(probeRoutes, { ...deps, closing });
  await app.register(healthRoutes, { ...deps, temporal: deps.dispatcher });
  await app.register(uploadRoutes, { ...deps, closing });
  await app.register(trackRoutes, deps);
  await app.register(exportRoutes, deps);
  await app.register(previewRoutes, deps);
  await app.register(deletionRoutes, deps);
  if (deps.codec) await app.register(codecRoutes, deps.codec);
  await app.register(documentation);
  return app;
}

async function documentation(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'public' };
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
