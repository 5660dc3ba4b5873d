/**
 * Loaded by `node --import ./platform/instrument.mjs` before anything else, once per process: only so are http, pg and pino
 * patched before they are first imported. Spans are made only where OTEL_EXPORTER_OTLP_ENDPOINT is set; trace ids are made
 * and logged in any case: without spans those of requests come from api/plugins/request-identity.ts.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { environment } from './environment.ts';

/** Only what is instrumented: hooking every module cost half of a process' start (4.9 against 2.9 CPU seconds). */
const HOOKED = ['http', 'https', 'node:http', 'node:https', 'pg', 'pg-pool', 'pino'];
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: HOOKED } });

const exportsSpans = environment().OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;

new NodeSDK({
  serviceName: environment().OTEL_SERVICE_NAME ?? 'cairn',
  // With an empty list the SDK makes no tracer at all, and with it no trace ids.
  spanProcessors: [exportsSpans ? new BatchSpanProcessor(new OTLPTraceExporter()) : new NoopSpanProcessor()],
  // Left out, these two send to localhost:4318 by default.
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [
    // Spans that nobody collects would cost each upload seven, and a tenth of its time.
    ...(exportsSpans ? [httpInstrumentation(), new PgInstrumentation({ requireParentSpan: true })] : []),
    new PinoInstrumentation({ disableLogSending: true }),
  ],
}).start();

function httpInstrumentation(): HttpInstrumentation {
  return new HttpInstrumentation({
    startIncomingSpanHook: () => ({ 'url.query': undefined }), // names of recordings, tickets, and keys of who errs
    ignoreOutgoingRequestHook: () => true,
    ignoreIncomingRequestHook: ({ url }) => url?.startsWith('/codec/') === true, // the path is a secret
  });
}
