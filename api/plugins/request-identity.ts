import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { trace } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The caller's `X-Request-ID` when it is harmless, else a new one. */
export function requestId(raw: IncomingMessage): string {
  const given = raw.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The same id in span, log, problem and history. Without telemetry (a unit test) one is made for the request. */
export function traceIdOf(request: FastifyRequest): string {
  const spanContext = trace.getActiveSpan()?.spanContext();
  if (spanContext) return spanContext.traceId;
  const known = madeUp.get(request) ?? newTraceId();
  madeUp.set(request, known);
  return known;
}

const madeUp = new WeakMap<FastifyRequest, string>();

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/** W3C `traceparent` of the current span, to be carried over the gap between row and workflow. */
export function currentTraceParent(): string | null {
  const spanContext = trace.getActiveSpan()?.spanContext();
  if (!spanContext) return null;
  return `00-${spanContext.traceId}-${spanContext.spanId}-0${spanContext.traceFlags & 1}`;
}
