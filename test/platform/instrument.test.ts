import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { type Child, startFixture } from './support/child.ts';

const INSTRUMENT = new URL('../../platform/instrument.mjs', import.meta.url).href;
/** So that whatever would be sent is sent at once, and not after the 1 to 60 s that are the defaults. */
const AT_ONCE = { OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_BLRP_SCHEDULE_DELAY: '1', OTEL_METRIC_EXPORT_INTERVAL: '1' };

async function instrumented(env: Record<string, string> = {}) {
  const child = startFixture('instrumented', { imports: [INSTRUMENT], env: { ...AT_ONCE, ...env } });
  const { port } = JSON.parse(await child.line(/"listening"/));
  const get = async (path: string, traceparent?: string) => {
    await fetch(`http://127.0.0.1:${port}${path}`, { headers: traceparent ? { traceparent } : {} });
    return JSON.parse(await child.line(new RegExp(`"url":"${path}"`)));
  };
  return { child, get };
}

const connections = (child: Child) => child.lines.filter((line) => line === 'connection opened').length;

/** A collector that keeps what it is sent. */
const received: string[] = [];
const waiting: (() => void)[] = [];
const collector = createServer(async (request, response) => {
  received.push(`${request.url} ${(await bodyOf(request)).toString('latin1')}`);
  response.end('{}');
  for (const wake of waiting) wake();
});
afterAll(() => void collector.close());

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** Spans are made where there is somewhere to send them. */
const NOBODY_LISTENS = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

test.each(['01', '00'])(
  'a line that is logged in a request has the trace id of its caller (sampled: %s)',
  async (flags) => {
    const { get } = await instrumented(NOBODY_LISTENS);
    const line = await get('/with', `00-${TRACE_ID}-b7ad6b7169203331-${flags}`);
    expect(line).toMatchObject({ trace_id: TRACE_ID, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
  },
);

test('without a caller every request has a trace id of its own, and nothing outside one has any', async () => {
  const { child, get } = await instrumented(NOBODY_LISTENS);
  const [one, two] = [await get('/one'), await get('/two')];
  expect(one.trace_id).toMatch(/^[0-9a-f]{32}$/);
  expect(two.trace_id).not.toBe(one.trace_id);
  expect(JSON.parse(await child.line(/"listening"/))).not.toHaveProperty('trace_id');
});

test('without a collector nothing is sent anywhere: no spans, no logs, no metrics', async () => {
  const { child, get } = await instrumented();
  for (let i = 0; i < 30; i++) await get(`/${i}`);
  expect(connections(child)).toBe(0);
});

test('with a collector spans arrive there, and nothing else does', async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const address = collector.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { child, get } = await instrumented({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  const arrived = new Promise<void>((resolve) => waiting.push(resolve));
  await get('/traced', `00-${TRACE_ID}-b7ad6b7169203331-01`);
  await arrived;
  expect(received.join('\n')).toContain(TRACE_ID);
  expect(new Set(received.map((each) => each.split(' ')[0]))).toEqual(new Set(['/v1/traces']));
  expect(connections(child)).toBeGreaterThan(0);
});
