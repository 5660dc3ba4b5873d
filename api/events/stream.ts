import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceIdOf } from '../plugins/request-identity.ts';
import { LINGER_MS } from '../plugins/unread-bodies.ts';
import { eventView } from './event-view.ts';
import type { Subscription } from './relay.ts';

/** What a caller waits before it comes back after a break. */
const RETRY_MS = 1_000;
/** After an end of ours (the last event, or the process stops) many may come back together; spread over so long. */
const RETRY_SPREAD_MS = 8_000;

export interface Streaming {
  /** A comment after so much time, so that proxies (60 s of silence is usual) and dead peers are told apart. */
  readonly heartbeatMs: number;
  /** Who has read nothing for so long while events wait is cut off; they come back with `Last-Event-ID`. */
  readonly slowReaderMs: number;
}

export const STREAMING: Streaming = { heartbeatMs: 15_000, slowReaderMs: 30_000 };

/**
 * Streams a subscription until its last event, the end of the process, or the caller's. At most one batch is in the
 * socket's buffer: the next one is asked for when that is empty.
 */
export async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  { subscription, closing, slowReaderMs }: { subscription: Subscription; closing: AbortSignal; slowReaderMs: number },
): Promise<void> {
  const { raw } = reply;
  const end = () => subscription.close();
  raw.once('close', end);
  request.raw.socket.once('end', end); // a caller that closes its half is taken for gone: the heartbeat would find out late
  closing.addEventListener('abort', end);
  if (closing.aborted || raw.destroyed) end();
  reply.hijack();
  reply.header('connection', 'close'); // it ends with the stream: a stopping process waits for no idle connection
  try {
    send(reply, { retry: RETRY_MS });
    for (let batch = await subscription.next(); batch; batch = batch.over ? undefined : await subscription.next()) {
      for (const event of batch.events) {
        send(reply, { id: String(event.seq), data: eventView(event, traceIdOf(request)) });
        if (raw.writableNeedDrain && !(await isDrained(raw, closing, slowReaderMs))) return cut(request, reply);
      }
    }
    send(reply, { retry: RETRY_MS + Math.round(Math.random() * RETRY_SPREAD_MS) });
  } finally {
    closing.removeEventListener('abort', end);
    request.raw.socket.removeListener('end', end);
    subscription.close();
    reply.sse.close();
    if (closing.aborted) setTimeout(() => raw.destroy(), LINGER_MS).unref(); // who does not read does not hold up the end
  }
}

/** Not waited for: `send` settles when the buffer is empty, and never when the caller goes away before that. */
function send({ sse }: FastifyReply, message: { id?: string; data?: object; retry?: number }): void {
  if (sse.isConnected) sse.send({ data: undefined, ...message }).catch(() => {});
}

/** False when the time is over, or the process stops before that. */
async function isDrained(raw: FastifyReply['raw'], closing: AbortSignal, atMostMs: number): Promise<boolean> {
  if (closing.aborted) return false;
  const settled = new AbortController();
  const { signal } = settled; // not `AbortSignal.any`: in Node 20 a time-out that only it holds may be collected, and never comes
  const yes = [once(raw, 'drain', { signal }), once(raw, 'close', { signal })];
  const no = [once(closing, 'abort', { signal }), pause(atMostMs, undefined, { signal })];
  try {
    return await Promise.race([
      ...yes.map((each) => each.then(() => true)),
      ...no.map((each) => each.then(() => false)),
    ]);
  } finally {
    settled.abort();
  }
}

function cut(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info('slow reader cut off');
  reply.raw.destroy();
}
