import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Pool } from '../db/pool.ts';
import type { Loops } from '../platform/loops.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import type { BlobStore } from '../services/blob-store.ts';
import type { Dispatcher } from './dispatcher.ts';
import { OPENAPI } from './openapi.ts';
import { registerAuthentication } from './plugins/authenticate.ts';
import { answerBrokenRequest } from './plugins/broken-requests.ts';
import { registerNotFound } from './plugins/not-found.ts';
import { registerProblems } from './plugins/problems.ts';
import { registerRequestIdentity, requestId } from './plugins/request-identity.ts';
import { codecRoutes } from './routes/codec.ts';
import { healthRoutes } from './routes/health.ts';
import { trackRoutes } from './routes/tracks.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { ProblemSchema, SeriesSchema, TrackSchema, UploadSchema } from './schemas.ts';

export interface AppDeps {
  readonly log: FastifyBaseLogger;
  readonly build: string;
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly loops: Loops;
  readonly dispatcher: Dispatcher;
  /** The codec endpoint of the Temporal Web UI; none without it. */
  readonly codec?: { readonly codecKeys: CodecKeyring; readonly token: string; readonly uiOrigin: string };
}

/** The whole API, ready to listen or to be injected into; it never listens itself. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log,
    genReqId: requestId,
    clientErrorHandler: answerBrokenRequest,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: { ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();
  registerProblems(app);
  registerRequestIdentity(app);
  registerNotFound(app);
  registerAuthentication(app, deps);
  for (const schema of [ProblemSchema, UploadSchema, TrackSchema, SeriesSchema]) app.addSchema(schema);
  await app.register(swagger, OPENAPI);
  await app.register(healthRoutes, { ...deps, temporal: deps.dispatcher });
  await app.register(uploadRoutes, deps);
  await app.register(trackRoutes, deps);
  if (deps.codec) await app.register(codecRoutes, deps.codec);
  await app.register(documentation);
  return app;
}

/** A 25 MB upload on a line of 1.7 Mbit/s. */
const REQUEST_TIMEOUT_MS = 120_000;
/** Headers come in one packet; who drips them is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;

async function documentation(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'public' };
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, { routePrefix: '/docs' });
}
