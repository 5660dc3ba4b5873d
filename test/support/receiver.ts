import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The site's end: a real server on loopback that keeps what it gets, and answers as the test says. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  answer: (response: ServerResponse, request: Received) => unknown;
  close(): Promise<void>;
}

export async function startReceiver(status = 204): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const one = { id: String(request.headers['webhook-id']), headers: request.headers, body };
    received.push(one);
    await receiver.answer(response, one);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const receiver: Receiver = {
    url: `http://127.0.0.1:${portOf(server.address())}/hook`,
    received,
    answer: (response) => response.writeHead(status).end(),
    close,
  };
  return receiver;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

/** As a site does it, with the public library; throws when the signature is wrong. */
export function verified(secret: string, { headers, body }: Received): Record<string, unknown> {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return Object(new Webhook(secret).verify(body, texts));
}
