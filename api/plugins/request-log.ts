import type { FastifyInstance } from 'fastify';

/**
 * One line per answer, with the pattern of the route: the address itself holds what callers wrote (names in queries, the
 * token of the codec endpoint, ids of things), so it is never logged.
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    const durationMs = Math.round(reply.elapsedTime);
    request.log.info({ method, route: routeOptions.url, status: reply.statusCode, durationMs }, 'request answered');
  });
}
