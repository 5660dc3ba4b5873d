import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createDeadManPings } from '../../services/dead-man-pings.ts';

const SECRET = 'dead-man-secret-of-this-test';

/** A monitor that keeps what it was told; `status` is its answer to each, `hang` is none. */
async function monitor(status: (request: IncomingMessage, nth: number) => number | 'hang' = () => 200) {
  const told: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    told.push(`${request.method} ${request.url} ${body}`.trim());
    const answer = status(request, told.length);
    if (answer !== 'hang') response.writeHead(answer).end('OK');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const warnings: string[] = [];
  const log = { warn: (facts: object, message: string) => void warnings.push(`${JSON.stringify(facts)} ${message}`) };
  const pings = createDeadManPings<'canary' | 'retention'>({
    urls: { canary: `http://127.0.0.1:${port}/${SECRET}/` },
    log,
  });
  return { told, warnings, pings };
}

test('beginning, end and failure go to their addresses under one run id, with their text', async () => {
  const { told, warnings, pings } = await monitor();
  const runId = randomUUID();
  await pings.send('canary', { what: 'start', runId });
  await pings.send('canary', { what: 'success', runId, text: 'scanned 1, changed 0, failed 0' });
  await pings.send('canary', { what: 'fail', runId, text: 'schedule/no-job' });
  expect(told).toEqual([
    `POST /${SECRET}/start?rid=${runId}`,
    `POST /${SECRET}?rid=${runId} scanned 1, changed 0, failed 0`,
    `POST /${SECRET}/fail?rid=${runId} schedule/no-job`,
  ]);
  expect(warnings).toEqual([]);
});

test('who has no address tells nobody', async () => {
  const { told, pings } = await monitor();
  await pings.send('retention', { what: 'success', runId: randomUUID() });
  expect(told).toEqual([]);
});

test('a monitor that refuses once is told again', async () => {
  const { told, warnings, pings } = await monitor((_, nth) => (nth === 1 ? 503 : 200));
  await pings.send('canary', { what: 'success', runId: randomUUID() });
  expect(told).toHaveLength(2);
  expect(warnings).toEqual([]);
});

test.each(['hang', 500] as const)(
  'a monitor that answers %s fails nothing, and no log knows its address',
  async (answer) => {
    const { told, warnings, pings } = await monitor(() => answer);
    await pings.send('canary', { what: 'success', runId: randomUUID() });
    expect(told).toHaveLength(2);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"monitor":"canary","ping":"success","problem":"(status 500|TimeoutError)"/);
    expect(warnings.join()).not.toContain(SECRET);
  },
);
