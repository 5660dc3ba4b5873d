import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { eventStreamParser } from '../support/event-stream.ts';

/** A reader of a stream, from its beginning, that takes nothing until it has been cut off. */
export interface SlowReader {
  /** To be asked when the server has cut: the numbers of the messages that had come whole by then. */
  seenWhenCut(): Promise<readonly number[]>;
}

export async function slowReader(options: {
  port: number;
  path: string;
  headers: Readonly<Record<string, string>>;
}): Promise<SlowReader> {
  const headers = { ...options.headers, 'last-event-id': '0' };
  const asked = request({ ...options, host: '127.0.0.1', agent: false, headers });
  asked.on('error', () => {}).end();
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  if (answer?.statusCode !== 200) throw new Error(`a slow reader got ${answer?.statusCode}`);
  answer.pause();
  const cut = new Promise<void>((resolve) => answer.on('close', resolve).on('error', () => resolve()));
  return {
    seenWhenCut: async () => {
      const parser = eventStreamParser();
      const seen: number[] = [];
      answer.on('data', (bytes: Buffer) => seen.push(...parser.feed(bytes).map(({ id }) => Number(id))));
      answer.resume();
      await cut;
      return seen;
    },
  };
}
