import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';

/** A dead-man monitor that keeps what it was told. */
export interface Monitor {
  url(name: string): string;
  /** `path?query body`, in the order of arrival. */
  readonly told: readonly string[];
}

/** `answer` is asked at each ping, before it is answered; `hang` is no answer at all. At the top of a test file. */
export async function startMonitor(answer: (ping: string) => Promise<number | 'hang'>): Promise<Monitor> {
  const told: string[] = [];
  const server = createServer(async (request, response) => {
    const ping = `${request.url} ${await text(request)}`.trim();
    told.push(ping);
    const status = await answer(ping);
    if (status !== 'hang') response.writeHead(status).end('OK');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the monitor has no port');
  return { told, url: (name) => `http://127.0.0.1:${address.port}/${name}` };
}
