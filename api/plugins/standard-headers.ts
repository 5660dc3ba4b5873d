import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * On every answer, refusals included. What is answered belongs to one account: nobody on the way may keep it, unless a
 * route says otherwise. Nothing but the pages under `/docs` is ever to be rendered, so all else may load nothing.
 */
export const STANDARD_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function registerStandardHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => setStandardHeaders(request, reply));
}

/** For the answers that Fastify gives before any hook runs. */
export function setStandardHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ ...STANDARD_HEADERS, 'x-request-id': request.id });
}
