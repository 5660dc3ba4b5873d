import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * `Expect: 100-continue` is answered when key and announced size are good and the body is really going to be read: Node
 * alone would ask for the body first. Other expectations are ignored (RFC 9110 §10.1.1 allows that).
 */
export function registerExpectations(app: FastifyInstance): void {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    app.server.emit('request', request, response);
  };
  app.server.on('checkContinue', handle);
  app.server.on('checkExpectation', handle);
  app.addHook('preParsing', async (request, reply) => {
    const { httpVersion, headers } = request.raw;
    if (httpVersion === '1.1' && headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue();
  });
}
