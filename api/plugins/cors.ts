import type { FastifyInstance } from 'fastify';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'authorization, content-type, cairn-account, cairn-reason, idempotency-key, prefer, x-request-id, if-match, if-none-match, last-event-id';
const ANSWER_HEADERS =
  'location, retry-after, x-request-id, preference-applied, idempotent-replayed, etag, allow, deprecation, sunset';
const PREFLIGHT_S = 600;

/**
 * Pages of these origins may call the API from a browser, with a key in the header; nobody else's may, which is the default.
 * Cookies are never used, so no credentials are allowed. The codec endpoint has a rule of its own (routes/codec.ts).
 */
export function registerCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/codec/')) return;
    reply.header('vary', 'origin');
    const { origin, 'access-control-request-method': asked } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return;
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': ANSWER_HEADERS });
    if (request.method !== 'OPTIONS' || asked === undefined) return;
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': PREFLIGHT_S,
    });
    return reply.status(204).send();
  });
}
