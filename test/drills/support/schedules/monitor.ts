import { createServer } from 'node:http';

/** The monitor outside that the watchdog tells of its turns. */
export interface Monitor {
  readonly url: string;
  /** When it was told. */
  readonly heardMs: readonly number[];
  close(): void;
}

export async function openMonitor(): Promise<Monitor> {
  const heardMs: number[] = [];
  const server = createServer((request, response) => {
    heardMs.push(Date.now());
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the monitor has no port');
  return { url: `http://127.0.0.1:${address.port}/watchdog`, heardMs, close: () => void server.close() };
}
