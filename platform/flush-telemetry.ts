import { ProxyTracerProvider, trace } from '@opentelemetry/api';

/** Sends the spans that still wait; the last thing a process does. Nothing to do where telemetry was not loaded. */
export async function flushTelemetry(): Promise<void> {
  const provider = trace.getTracerProvider();
  const real = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  if ('forceFlush' in real && typeof real.forceFlush === 'function') await real.forceFlush();
}
