import { pino } from 'pino';
import { expect, test } from 'vitest';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';

const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
const stack = await apiStack({ log });
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** Uploads once more, as this caller; what its row and its lines say of the trace. */
async function tracesOf(traceparent?: string) {
  lines.length = 0;
  const headers = { ...stack.headers, ...(traceparent !== undefined && { traceparent }) };
  const answer = await stack.inject({
    method: 'POST',
    url: '/v1/uploads',
    headers,
    payload: smallGpx({ name: `${Math.random()}` }),
  });
  expect(answer.statusCode, answer.body).toBe(202);
  const [row] = await stack.query<{ parent: string }>('select trace_parent as parent from uploads where id = $1', [
    answer.json().id,
  ]);
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-0([01])$/.exec(row?.parent ?? '') ?? [];
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ trace_id: traceId, span_id: spanId });
  expect(lines.length).toBeGreaterThan(1);
  return { traceId, flags };
}

test.each(['1', '0'])(
  'without spans a request is in the trace of its caller (sampled: %s), in log and row',
  async (flags) => {
    expect(await tracesOf(`00-${TRACE_ID}-b7ad6b7169203331-0${flags}`)).toEqual({ traceId: TRACE_ID, flags });
  },
);

test('without a caller each request has a trace of its own', async () => {
  const [one, two] = [await tracesOf(), await tracesOf()];
  expect(one.traceId).not.toBe(two.traceId);
});

test.each([
  ['no version', `${TRACE_ID}-b7ad6b7169203331-01`],
  ['version ff', `ff-${TRACE_ID}-b7ad6b7169203331-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['a parent of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
  ['capital letters', `00-${TRACE_ID.toUpperCase()}-B7AD6B7169203331-01`],
  ['nothing', ''],
])('a traceparent that is none is passed over: %s', async (_, traceparent) => {
  expect((await tracesOf(traceparent)).traceId).not.toBe(TRACE_ID);
});

test('a refusal is known by the same id as its line', async () => {
  lines.length = 0;
  const answer = await stack.inject({
    url: '/v1/nothing',
    headers: { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` },
  });
  expect(answer.json()).toMatchObject({ traceId: TRACE_ID });
  expect(lines.map((line) => JSON.parse(line).trace_id)).toEqual(lines.map(() => TRACE_ID));
});
