import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Taken {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of the world outside that takes everything, says always the same, and keeps what it was sent. */
export interface Sink {
  readonly port: number;
  readonly taken: readonly Taken[];
  close(): Promise<void>;
}

export async function startSink(answer: (path: string) => { status: number; body: object }): Promise<Sink> {
  const taken: Taken[] = [];
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request;
    let body = '';
    for await (const part of request.setEncoding('latin1')) body += part;
    taken.push({ path, headers, body });
    const { status, body: said } = answer(path);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the sink has no port');
  return {
    port: address.port,
    taken,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
