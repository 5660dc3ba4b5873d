import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NoopSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';
import { environment } from '../environment.ts';

/**
 * Tracing of client, worker, bundle and replay. Always the same plugin, also when nothing is exported: it takes part in
 * what histories record, so a run made with it replays only with it.
 */
export function tracingPlugin(process: string): OpenTelemetryPlugin {
  const resource = resourceFromAttributes({ 'service.name': process });
  return new OpenTelemetryPlugin({ resource, spanProcessor: workflowSpans() });
}

/** Spans of workflows come out of the sandbox by a way of their own; all others go through platform/telemetry.ts. */
function workflowSpans(): SpanProcessor {
  const isExporting = environment().OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  return isExporting ? new BatchSpanProcessor(new OTLPTraceExporter()) : new NoopSpanProcessor();
}
