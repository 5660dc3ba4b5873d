import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a refused sender may go on before it is cut off: long enough to read the refusal. */
const LINGER_MS = 1_000;

/**
 * A refusal in the middle of a body: the answer says `Connection: close`, what still arrives is thrown away for a moment
 * (a socket closed with unread bytes is reset, and the caller would never see the answer), then the socket is cut.
 */
export function closeAfterRefusal(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.complete) return;
  reply.header('connection', 'close');
  request.raw.on('error', () => {});
  request.raw.resume();
  reply.raw.once('finish', () => {
    setTimeout(() => request.raw.socket.destroy(), LINGER_MS).unref();
  });
}
