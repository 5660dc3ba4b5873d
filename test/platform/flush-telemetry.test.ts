import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { flushTelemetry } from '../../platform/flush-telemetry.ts';

/** What becomes of the spans is the collector's to say: it takes them, refuses them, or says nothing. */
let answer: 'takes' | 'refuses' | 'hangs' = 'takes';
const taken: string[] = [];
const exporter = {
  export: (spans: readonly { name: string }[], done: (result: { code: number }) => void) => {
    taken.push(...spans.map(({ name }) => name));
    if (answer !== 'hangs') done({ code: answer === 'takes' ? 0 : 1 });
  },
  shutdown: async () => {},
};
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);

test.each(['takes', 'refuses', 'hangs'] as const)('a process ends in order when the collector %s', async (how) => {
  answer = how;
  trace.getTracer('test').startSpan(how).end();
  await expect(flushTelemetry()).resolves.toBeUndefined();
  expect(taken).toContain(how);
});
