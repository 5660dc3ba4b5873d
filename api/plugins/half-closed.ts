import type { FastifyInstance } from 'fastify';

/**
 * A caller may close its sending half once its request is whole (`nc -N` does) and still gets the answer; Node alone would
 * drop both halves, and an accepted upload would look like a lost one. (Node's types do not know the property.)
 */
export function allowHalfClosed(app: FastifyInstance): void {
  Reflect.set(app.server, 'httpAllowHalfOpen', true);
}
