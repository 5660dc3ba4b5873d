import { expect, test } from 'vitest';
import { smallGpx } from '../support/gpx.ts';
import { type ApiStack, apiStack, listen } from './support/app.ts';
import { expectRawProblem } from './support/problem.ts';
import { type RawClient, rawClient } from './support/raw-client.ts';

const body = smallGpx({ points: 5_000 });
const half = body.length / 2;

/** One each: a closed app is closed for good. */
const stacks = {
  streaming: await apiStack(),
  stalled: await apiStack({ patience: { drainMs: 50 } }),
  waiting: await apiStack(),
  late: await apiStack(),
};

async function begun(stack: ApiStack, port: number): Promise<RawClient> {
  const client = await rawClient(port);
  const head = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${stack.headers.authorization}\r\n`;
  await client.send(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, half)}`);
  await expect.poll(stack.storedFiles).toHaveLength(1);
  return client;
}

test('an upload that streams when the app closes is received to its end', async () => {
  const stack = stacks.streaming;
  const client = await begun(stack, await listen(stack.app));
  const closed = stack.app.close();
  await expect.poll(() => stack.app.server.listening).toBe(false);
  await client.send(body.slice(half));
  const answer = await client.answer();
  expect(answer.status).toBe(202);
  expect(answer.headers.connection).toBe('close');
  await closed;
  expect(await stack.uploadCount()).toBe(1);
});

test('one that does not go on is cut, and leaves nothing', async () => {
  const stack = stacks.stalled;
  const client = await begun(stack, await listen(stack.app));
  await stack.app.close();
  await client.closed();
  await expect.poll(stack.storedFiles).toEqual([]);
  expect(await stack.uploadCount()).toBe(0);
});

test('who waits for a result is answered when the app closes', async () => {
  const stack = stacks.waiting;
  const client = await rawClient(await listen(stack.app));
  const head = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${stack.headers.authorization}\r\n`;
  await client.send(`${head}Prefer: wait=30\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await expect.poll(stack.uploadCount).toBe(1);
  const closed = stack.app.close();
  const answer = await client.answer();
  expect({ status: answer.status, state: answer.json.state }).toEqual({ status: 202, state: 'received' });
  await closed;
});

test('a request that comes on an open connection meanwhile is sent elsewhere', async () => {
  const stack = stacks.late;
  const port = await listen(stack.app);
  const [holder, late, ready] = [await begun(stack, port), await rawClient(port), await rawClient(port)];
  const ending = `Authorization: ${stack.headers.authorization}\r\n\r\n`;
  await late.send('GET /v1/uploads/0190a0a0-0000-7000-8000-000000000000 HTTP/1.1\r\nHost: x\r\n');
  await ready.send('GET /ready HTTP/1.1\r\nHost: x\r\n');
  const connections = () => new Promise((resolve) => stack.app.server.getConnections((_, count) => resolve(count)));
  await expect.poll(connections).toBe(3);
  const closed = stack.app.close();
  await expect.poll(() => stack.app.server.listening).toBe(false);
  for (const client of [late, ready]) {
    await client.send(ending);
    const answer = await client.answer();
    expectRawProblem(answer, 'service/not-ready');
    expect(answer.headers).toMatchObject({ connection: 'close', 'retry-after': '5' });
  }
  holder.socket.destroy();
  await closed;
});
