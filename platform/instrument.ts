/**
 * Loaded by `node --import` before anything else, once per process (API and worker alike): only so are http, pg and pino
 * patched before they are first imported. Spans leave only where OTEL_EXPORTER_OTLP_ENDPOINT is set; trace ids are made
 * and logged in any case.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { environment } from './environment.ts';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const exportsSpans = environment().OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;

new NodeSDK({
  serviceName: environment().OTEL_SERVICE_NAME ?? 'cairn',
  spanProcessors: exportsSpans ? [new BatchSpanProcessor(new OTLPTraceExporter())] : [],
  instrumentations: [
    new HttpInstrumentation({ ignoreOutgoingRequestHook: () => true }),
    new PgInstrumentation({ requireParentSpan: true }),
    new PinoInstrumentation(),
  ],
}).start();
