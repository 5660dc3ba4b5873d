import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** The trace of the request that brought the work, in which the work goes on. */
export function traceContextOf(traceParent: string | null | undefined): Context {
  const [, traceId, spanId, flags] = traceParent?.split('-') ?? [];
  if (!traceId || !spanId) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number(flags ?? 0), isRemote: true });
}
