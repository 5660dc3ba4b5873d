import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';
import { sendProblem } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What `Allow` says of this address; undefined when there is nothing. */
    allowedAt(address: string): string | undefined;
  }
}

/** Unknown paths are 404; known paths with another method are 405 with `Allow` (Fastify itself answers 404 to both). */
export function registerNotFound(app: FastifyInstance): void {
  const methodsByPath = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', (route: RouteOptions) => {
    const known = methodsByPath.get(route.url) ?? { pattern: patternOf(route.url), methods: new Set() };
    for (const method of [route.method].flat()) known.methods.add(method);
    methodsByPath.set(route.url, known);
  });
  const allowedAt = (address: string): string | undefined => {
    const path = address.split('?')[0] ?? '';
    const methods = [...methodsByPath.values()].filter(({ pattern }) => pattern.test(path));
    if (methods.length === 0) return undefined;
    return [...new Set(methods.flatMap((route) => [...route.methods]))].sort().join(', ');
  };
  app.decorate('allowedAt', allowedAt);
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    const allowed = allowedAt(request.url);
    if (allowed === undefined) return sendProblem(request, reply, new Rejection('request/not-found'));
    reply.header('allow', allowed);
    return sendProblem(request, reply, new Rejection('request/method-not-allowed'));
  };
  app.setNotFoundHandler(async (request, reply) => refuse(request, reply));
  // Before the body: Fastify would look at its type first, and answer 415, or 400 to a QUERY without one.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? refuse(request, reply) : undefined));
}

function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')}/?$`);
}
