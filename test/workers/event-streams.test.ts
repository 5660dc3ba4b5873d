import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, inject, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { longHistory } from '../api/support/events.ts';
import { rawClient } from '../api/support/raw-client.ts';
import { newUpload } from '../db/support.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { eventSource } from '../support/event-source.ts';
import { testStack } from '../support/stack.ts';

/** A collector that keeps what it is sent. */
const spans: string[] = [];
const collector = createServer(async (request, response) => {
  for await (const part of request) spans.push(String(part));
  response.end('{}');
});
collector.listen(0, '127.0.0.1');
await once(collector, 'listening');
afterAll(() => void collector.close());

const stack = await testStack();

/** With five attempts behind it, which the inline path leaves alone. */
async function openUpload(account: string, events = 1) {
  const upload = await newUpload(stack.db, {}, account);
  if (events > 1) await longHistory(stack, upload.id, events);
  await stack.query('update uploads set attempts = 5, dispatch_at = null where id = $1', [upload.id]);
  return upload;
}

test('SIGTERM under 200 open streams and one that nobody reads: each ends whole and knows when to come back; the process ends at once, with 0', async () => {
  const address = collector.address();
  const port = await freePort();
  const api = spawnCairn('api', stack, {
    CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    PORT: String(port),
  });
  await api.ready;
  const { key } = await createKey(stack.db, { kind: 'site', name: 'test' });
  const ticketed = await openUpload('a0');
  const path = `/v1/uploads/${ticketed.id}/events`;
  const headersOf = (account: string) => ({ authorization: `Bearer ${key}`, 'cairn-account': account });
  const asked = await fetch(`http://127.0.0.1:${port}${path}/ticket`, { method: 'POST', headers: headersOf('a0') });
  const { ticket } = Object(await asked.json());
  const streams = [eventSource({ port, path: `${path}?ticket=${ticket}` })];
  for (let i = 1; i < 200; i++) {
    const account = `a${i % 4}`;
    const { id } = await openUpload(account);
    streams.push(eventSource({ port, path: `/v1/uploads/${id}/events`, headers: headersOf(account) }));
  }
  const slow = await openUpload('a0', 6_000);
  const slowReader = await rawClient(port);
  slowReader.socket.pause();
  const ask = `Authorization: Bearer ${key}\r\nCairn-Account: a0\r\nLast-Event-ID: 0`;
  await slowReader.send(`GET /v1/uploads/${slow.id}/events HTTP/1.1\r\nHost: x\r\n${ask}\r\n\r\n`);
  for (const { ids } of streams) await expect.poll(ids, { timeout: 20_000 }).toEqual([2]);
  await pause(2_000); // for the kernel to have taken what it takes of the slow one's
  const startedAt = performance.now();
  api.child.kill('SIGTERM');
  expect(await api.ended).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(10_000); // the drain alone would be 20 s
  expect(new Set(await Promise.all(streams.map(({ ended }) => ended)))).toEqual(new Set(['whole']));
  for (const { close } of streams) close();
  const hints = streams.map(({ retryMs }) => retryMs() ?? 0);
  expect(Math.min(...hints)).toBeGreaterThanOrEqual(1_000);
  expect(new Set(hints).size, 'they do not come back all at once').toBeGreaterThan(100);
  const told = spans.join('') + api.log();
  expect(told).toContain(`url.path","value":{"stringValue":"${path}"`);
  expect(told.includes(ticket), 'the ticket is in a span or a log line').toBe(false);
});
