import { type ClientRequest, request } from 'node:http';
import { eventStreamParser, type StreamMessage } from './event-stream.ts';

export interface EventSourceOptions {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of what the server says, so that tests need not wait. */
  readonly retryMs?: number;
  /** Sent on the first connection too. */
  readonly lastEventId?: string;
}

/** What a browser's EventSource does: comes back with the last id whenever the stream breaks, until it is told not to. */
export interface TestEventSource {
  readonly messages: readonly StreamMessage[];
  /** The numbers that came, in order. */
  ids(): readonly number[];
  connections(): number;
  /** What the server said last about coming back. */
  retryMs(): number | undefined;
  /** Resolves when it will not come back: with the status that said so, 0 after `close`. */
  readonly stopped: Promise<number>;
  /** How the first stream ended: by its last chunk, or by a cut. */
  readonly ended: Promise<'whole' | 'cut'>;
  close(): void;
}

export function eventSource(options: EventSourceOptions): TestEventSource {
  const messages: StreamMessage[] = [];
  const state = { lastEventId: options.lastEventId ?? '', connections: 0, closed: false };
  let retryMs: number | undefined;
  let stop: (status: number) => void = () => {};
  const stopped = new Promise<number>((resolve) => {
    stop = resolve;
  });
  let end: (how: 'whole' | 'cut') => void = () => {};
  const ended = new Promise<'whole' | 'cut'>((resolve) => {
    end = resolve;
  });
  let current: ClientRequest | undefined;
  const open = () => {
    if (state.closed) return;
    const parser = eventStreamParser();
    let over = false;
    const again = () => {
      if (over) return;
      over = true;
      setTimeout(open, options.retryMs ?? retryMs ?? 1_000);
    };
    const headers = { accept: 'text/event-stream', ...options.headers };
    const resume = state.lastEventId && { 'last-event-id': state.lastEventId };
    current = request({ ...options, host: '127.0.0.1', agent: false, headers: { ...headers, ...resume } });
    current.on('response', (answer) => {
      state.connections++;
      if (answer.statusCode !== 200) {
        over = true;
        answer.resume();
        return stop(answer.statusCode ?? -1);
      }
      answer.on('data', (bytes: Buffer) => {
        if (over) return;
        for (const message of parser.feed(bytes)) {
          messages.push(message);
          state.lastEventId = message.id;
        }
        retryMs = parser.retryMs ?? retryMs;
      });
      answer.on('end', () => end('whole')).on('error', () => end('cut'));
      answer.on('close', again).on('error', again);
    });
    current.on('error', again).end();
  };
  open();
  return {
    messages,
    ids: () => messages.map(({ id }) => Number(id)),
    connections: () => state.connections,
    retryMs: () => retryMs,
    stopped,
    ended,
    close: () => {
      state.closed = true;
      current?.destroy();
      stop(0);
    },
  };
}
