import type { Server } from 'node:http';
import ajvCompiler, { type BuildCompilerFromPool } from '@fastify/ajv-compiler';
import Fastify, { type FastifyBaseLogger, type FastifyHttpOptions } from 'fastify';
import { answerBrokenRequest } from './plugins/broken-requests.ts';
import { answerFrameworkError } from './plugins/problems.ts';
import { requestId, traceBindings } from './plugins/request-identity.ts';

/** How long the server bears with a slow peer. Tests shorten these; nothing else does. */
export interface Patience {
  /** Headers come in one packet; who drips them is cut off. */
  readonly headersMs: number;
  /** The whole request: a 25 MB upload on a line of 1.7 Mbit/s. Waiting for the answer does not count. */
  readonly requestMs: number;
  /** Silence on a connection in either direction; longer than `Prefer: wait` may last. */
  readonly silenceMs: number;
  /** How often the two above are looked at. */
  readonly lookEveryMs: number;
  /** What is being received when the process stops; shorter than the grace of the whole process (30 s). */
  readonly drainMs: number;
}

export const PATIENCE: Patience = {
  headersMs: 10_000,
  requestMs: 120_000,
  silenceMs: 65_000,
  lookEveryMs: 5_000,
  drainMs: 20_000,
};

/** The token of the codec endpoint is a path part and has no upper length; Fastify's default is 100. */
const PATH_PART_CHARACTERS_AT_MOST = 512;

export function serverOptions(
  log: FastifyBaseLogger,
  patience: Patience,
  trustedProxies: readonly string[] = [],
): FastifyHttpOptions<Server> {
  return {
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    loggerInstance: log,
    logController: new Fastify.LogController({ disableRequestLogging: true }), // see plugins/request-log.ts
    genReqId: requestId,
    childLoggerFactory: (parent, bindings, options, raw) =>
      parent.child({ ...bindings, ...traceBindings(raw) }, options),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerFrameworkError(error, request, reply),
    requestTimeout: patience.requestMs,
    connectionTimeout: patience.silenceMs,
    http: { headersTimeout: patience.headersMs, connectionsCheckingInterval: patience.lookEveryMs },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PATH_PART_CHARACTERS_AT_MOST },
    forceCloseConnections: 'idle',
    schemaController: { compilersFactory: { buildValidator: buildValidators } },
    return503OnClosing: false, // plugins/closing.ts answers, with a problem
  };
}

/**
 * Queries, headers and paths are text, so their numbers are read out of it. A body says its types itself: `null` is no name, and
 * a word that the schema does not know is a mistake to tell, not one to take away (Fastify would do so to both).
 */
const buildValidators: BuildCompilerFromPool = (externalSchemas, options) => {
  const build = ajvCompiler();
  const asText = build(externalSchemas, options);
  const asItIs = build(externalSchemas, { customOptions: { coerceTypes: false, removeAdditional: false } });
  return (route) => (Object(route).httpPart === 'body' ? asItIs : asText)(route);
};
