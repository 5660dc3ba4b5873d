import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';

/** Rate, errors and duration of each route. Labels are ours: the pattern of a route, never the address that was asked for. */
export function registerRequestMetrics(app: FastifyInstance, { requestDuration }: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    requestDuration.observe({ method: methodOf(request), route: routeOf(request), status }, reply.elapsedTime / 1_000);
  });
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function methodOf({ method }: FastifyRequest): string {
  return METHODS.has(method) ? method : 'other';
}

/** Operations of the contract by name; pages and what is not there are one route each. */
function routeOf({ is404, routeOptions }: FastifyRequest): string {
  if (is404) return 'none';
  return routeOptions.schema?.operationId ? (routeOptions.url ?? 'none') : 'pages';
}

declare module 'fastify' {
  interface FastifySchema {
    operationId?: string;
  }
}
