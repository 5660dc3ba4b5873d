import { setTimeout as pause } from 'node:timers/promises';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';

/** A collector that is away is no reason to end late, or to say that the end was not in order. */
const PATIENCE_MS = 3_000;

/**
 * Sends the spans that still wait, as far as they are taken in time; the last thing a process does. Nothing to do where
 * telemetry was not loaded.
 */
export async function flushTelemetry(): Promise<void> {
  const provider = trace.getTracerProvider();
  const real = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  if (!('forceFlush' in real) || typeof real.forceFlush !== 'function') return;
  const flushed = Promise.resolve(real.forceFlush()).catch(() => {}); // spans are lost; whoever collects them knows
  await Promise.race([flushed, pause(PATIENCE_MS, undefined, { ref: false })]);
}
