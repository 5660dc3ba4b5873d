import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, inject, test } from 'vitest';
import { freePort } from '../../platform/embedded/ports.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** A collector that keeps what it is sent. */
const spans: Span[] = [];
const collector = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString());
  for (const resource of body.resourceSpans) for (const scope of resource.scopeSpans) spans.push(...scope.spans);
  response.end('{}');
});
collector.listen(0, '127.0.0.1');
await once(collector, 'listening');
afterAll(() => collector.close());

const stack = await testStack();

test('one trace goes from the caller through API, row, workflow, step and SQL, and the log says its id', async () => {
  const { port: collectorPort } = collector.address() as AddressInfo;
  const port = String(await freePort());
  const settings = {
    CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    PORT: port,
  };
  await stack.loops.stop(); // else the dispatcher of this process may be first, and it has no telemetry
  const [api, worker] = [spawnCairn('api', stack, settings), spawnCairn('worker', stack, settings)];
  await Promise.all([api.ready, worker.ready]);
  const traceId = randomBytes(16).toString('hex');
  const headers = { ...stack.headers, prefer: 'wait=30', traceparent: `00-${traceId}-${'1'.repeat(16)}-01` };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/uploads`, { method: 'POST', headers, body: smallGpx() });
  expect(answer.status, await answer.text()).toBe(201);
  const ofTrace = () => spans.filter((span) => span.traceId === traceId);
  const isUnder = (span: Span, parent: RegExp) =>
    ofTrace().some(({ spanId, name }) => spanId === span.parentSpanId && parent.test(name));
  const whole = [
    [/^POST/],
    [/^StartWorkflow:processUpload/],
    [/^RunWorkflow:processUpload/],
    [/^RunActivity:digest/],
    [/^pg.query:end-ready/, /^RunActivity:digest/],
  ] as const;
  for (const [part, parent] of whole)
    await expect
      .poll(() => ofTrace().some((span) => part.test(span.name) && (!parent || isUnder(span, parent))), {
        message: `${part}`,
        timeout: 20_000,
      })
      .toBe(true);
  const lines = api
    .log()
    .split('\n')
    .filter((line) => line.includes('upload received'));
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ trace_id: traceId });
  for (const process of [api, worker]) {
    process.child.kill('SIGTERM');
    expect(await process.ended).toBe(0);
  }
});
