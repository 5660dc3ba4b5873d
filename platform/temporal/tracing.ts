import { resourceFromAttributes } from '@opentelemetry/resources';
import { NoopSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';

/**
 * Tracing of client, worker, bundle and replay. Always the same plugin, also when nothing is exported: it takes part in
 * what histories record, so a run made with it replays only with it.
 */
export function tracingPlugin(
  process: string,
  spanProcessor: SpanProcessor = new NoopSpanProcessor(),
): OpenTelemetryPlugin {
  return new OpenTelemetryPlugin({ resource: resourceFromAttributes({ 'service.name': process }), spanProcessor });
}
