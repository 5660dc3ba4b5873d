import { defaultTextMapGetter, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry-v2';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { Sinks } from '@temporalio/workflow';
import type { WorkflowSpans } from '../../contracts/workflow-spans.ts';

/** Starts of workflows are spans, and their runs know in which trace they are. */
export const tracedStarts: WorkflowClientInterceptor = new OpenTelemetryWorkflowClientInterceptor();

/** Steps are spans in the trace of their run. */
export const tracedSteps: ActivityInterceptorsFactory = (context) => ({
  inbound: new OpenTelemetryActivityInboundInterceptor(context),
  outbound: new OpenTelemetryActivityOutboundInterceptor(context),
});

/** Runs are spans beside their steps, made when workflows/trace-runs.ts says that they have ended. */
export const tracedRuns: InjectedSinks<Sinks & { readonly spans: WorkflowSpans }> = {
  spans: {
    runEnded: {
      fn: ({ workflowType, workflowId, runId }, { carrier, startedAt, endedAt, failed }) => {
        const context = propagation.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
        const attributes = { temporalWorkflowId: workflowId, run_id: runId };
        const span = trace
          .getTracer('cairn-workflow')
          .startSpan(`RunWorkflow:${workflowType}`, { startTime: startedAt, attributes }, context);
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(endedAt);
      },
    },
  },
};
