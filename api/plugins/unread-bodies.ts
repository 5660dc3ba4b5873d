import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** How long a refused sender may go on before it is cut off: long enough to read the refusal. */
export const LINGER_MS = 1_000;

/** An answer before the end of the body is the last one on its connection, whoever gives it. */
export function registerUnreadBodies(app: FastifyInstance): void {
  app.addHook('onSend', closeWhenUnread);
}

/**
 * The answer says `Connection: close`; what still arrives is thrown away for a moment, then the socket is cut (RFC 9112
 * §9.6). Node alone would destroy the socket right after its last answer: closed with unread bytes it is reset, and the
 * caller never sees the answer.
 */
export async function closeWhenUnread(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { raw } = request;
  const { 'content-length': announced, 'transfer-encoding': chunked } = raw.headers;
  if (announced === undefined && chunked === undefined) return;
  if (raw.complete === false) await nextTurn(); // a short body in the packet of its headers is parsed after this hook
  if (raw.complete !== false) return; // whole, or not from a socket (inject)
  const { socket } = raw;
  reply.header('connection', 'close');
  socket.destroySoon = () => {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
  raw.on('error', () => {}); // the cut itself
  raw.resume();
}
