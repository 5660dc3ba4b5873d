import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { ContinueAsNew, proxySinks, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow';
import { TRACE_HEADER, type WorkflowSpans } from '../contracts/workflow-spans.ts';

type Headers = Readonly<Record<string, Payload>>;
type Spans = Sinks & { readonly spans: WorkflowSpans };

/**
 * Hands a run's trace on to its steps, and tells the worker of the run when it ends; the worker makes the span. OpenTelemetry's own
 * packages in the sandbox, loaded for every run anew, cost 7 ms of 15 (docs/adr/0009).
 */
export function interceptors(): WorkflowInterceptors {
  let trace: Payload | undefined;
  const handedOn = <Input extends { readonly headers: Headers }>(input: Input): Input =>
    trace ? { ...input, headers: { ...input.headers, [TRACE_HEADER]: trace } } : input;
  return {
    inbound: [
      {
        execute: async (input, next) => {
          trace = input.headers[TRACE_HEADER];
          if (!trace) return next(input);
          const carrier = defaultPayloadConverter.fromPayload<Record<string, string>>(trace);
          const startedAt = Date.now();
          let failed = false;
          try {
            return await next(input);
          } catch (error) {
            failed = !(error instanceof ContinueAsNew);
            throw error;
          } finally {
            spans.runEnded({ carrier, startedAt, endedAt: Date.now(), failed });
          }
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(handedOn(input)),
        scheduleLocalActivity: (input, next) => next(handedOn(input)),
        continueAsNew: (input, next) => next(handedOn(input)),
      },
    ],
  };
}

const { spans } = proxySinks<Spans>();
