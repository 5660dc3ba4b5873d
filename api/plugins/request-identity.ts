import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type SpanContext, trace } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The caller's `X-Request-ID` when it is harmless, else a new one. */
export function requestId(raw: IncomingMessage): string {
  const given = raw.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The same id in span, log, problem and history. */
export function traceIdOf(request: FastifyRequest): string {
  return traceOf(request.raw).traceId;
}

/** W3C `traceparent` of the request, to be carried over the gap between row and workflow. */
export function traceParentOf(request: FastifyRequest): string {
  const { traceId, spanId, traceFlags } = traceOf(request.raw);
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}

/** What the lines of a request are known by. With spans the pino instrumentation adds it, to each line that of its own span. */
export function traceBindings(raw: IncomingMessage): { trace_id?: string; span_id?: string } {
  if (trace.getActiveSpan()) return {};
  const { traceId, spanId } = traceOf(raw);
  return { trace_id: traceId, span_id: spanId };
}

/** That of the active span; where no spans are made, one for the request, in the trace of its caller. */
function traceOf(raw: IncomingMessage): SpanContext {
  const active = trace.getActiveSpan()?.spanContext();
  if (active) return active;
  const known = madeUp.get(raw) ?? newTrace(raw.headers.traceparent);
  madeUp.set(raw, known);
  return known;
}

const madeUp = new WeakMap<IncomingMessage, SpanContext>();

/** Version, trace, parent and flags; no id may be all zeros. */
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]([0-9a-f])(?:-|$)/;

function newTrace(given: unknown): SpanContext {
  const [, traceId = newTraceId(), flags = '1'] = TRACE_PARENT.exec(String(given)) ?? [];
  return { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: Number.parseInt(flags, 16) & 1 };
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}
