import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { RECORDED_NAMES, readRecorded } from './recorded.ts';
import { VALHALLA_VERSION } from './start.ts';

export interface FakeValhalla {
  readonly url: string;
  /** Every request, in order. */
  readonly asked: readonly { readonly path: string; readonly body: string }[];
  /** From now on it answers so; undefined: as recorded. */
  behave(how: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** When its map is said to have been built, in seconds. */
  builtAt: number;
}

/**
 * Answers what was recorded, and nothing else: a question that the real one was never asked is a 500. It is no model of
 * Valhalla, only its memory; but it can be told to hang, to break off, to refuse.
 */
export async function fakeValhalla(
  whenDone: (end: () => Promise<void>) => void = onTestFinished,
): Promise<FakeValhalla> {
  const recorded = await Promise.all(RECORDED_NAMES.map(readRecorded));
  const asked: { path: string; body: string }[] = [];
  let behaviour: Parameters<FakeValhalla['behave']>[0];
  const fake = { builtAt: 1_795_000_000 };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const body = await bodyOf(request);
    asked.push({ path, body });
    if (behaviour) return behaviour(request, response);
    if (path === '/status')
      return send(response, 200, { version: VALHALLA_VERSION, tileset_last_modified: fake.builtAt });
    const found = recorded.find(({ question }) => JSON.stringify(question) === body);
    return found ? send(response, found.status, found.answer) : send(response, 500, { error: 'was never recorded' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenDone(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return Object.assign(fake, {
    url: `http://127.0.0.1:${port}`,
    asked,
    behave: (how: typeof behaviour) => {
      behaviour = how;
    },
  });
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}
