import { setMaxListeners } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';

/**
 * While the process closes: what is being received goes on for `drainMs` and is then cut, who waits for a result is
 * answered at once, and new requests on open connections are sent elsewhere. Returns the signal that it has begun.
 */
export function registerClosing(app: FastifyInstance, options: { drainMs: number }): AbortSignal {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one per open stream and waiting caller: thousands are no leak
  app.addHook('preClose', async () => {
    closing.abort();
    setTimeout(() => app.server.closeAllConnections(), options.drainMs).unref();
  });
  app.addHook('onRequest', async (request) => {
    if (closing.signal.aborted && request.routeOptions.config.access !== 'public') {
      throw new Rejection('service/not-ready', { detail: 'This process is stopping.' });
    }
  });
  app.addHook('onSend', async (_, reply) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
  });
  return closing.signal;
}
