/** One dispatched message, as EventSource would hand it on. */
export interface StreamMessage {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export interface EventStreamParser {
  /** The messages that these bytes complete. Throws at what the format has no meaning for. */
  feed(bytes: Uint8Array): StreamMessage[];
  readonly lastEventId: string;
  readonly retryMs: number | undefined;
  readonly comments: number;
}

/**
 * The event stream format of WHATWG HTML §9.2.6, strictly: lines end in LF, fields are known ones, and a message that is not
 * ended by a blank line is never dispatched, nor is its id remembered.
 */
export function eventStreamParser(): EventStreamParser {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const state = { rest: '', lastEventId: '', retryMs: undefined as number | undefined, comments: 0 };
  const empty = () => ({ id: state.lastEventId, type: 'message', data: [] as string[] });
  let message = empty();
  const line = (text: string): StreamMessage | undefined => {
    if (text === '') {
      const { id, type, data } = message;
      state.lastEventId = id;
      message = empty();
      return data.length > 0 ? { id, type, data: data.join('\n') } : undefined;
    }
    if (text.startsWith(':')) {
      state.comments++;
      return undefined;
    }
    const [, field, value = ''] = /^([a-z]+): (.*)$/.exec(text) ?? [];
    if (field === 'data') message.data.push(value);
    else if (field === 'id') message.id = value;
    else if (field === 'event') message.type = value;
    else if (field === 'retry' && /^\d+$/.test(value)) state.retryMs = Number(value);
    else throw new Error(`not a line of an event stream: ${JSON.stringify(text)}`);
    return undefined;
  };
  return {
    feed: (bytes) => {
      const lines = (state.rest + decoder.decode(bytes, { stream: true })).split('\n');
      state.rest = lines.pop() ?? '';
      return lines.flatMap((text) => line(text) ?? []);
    },
    get lastEventId() {
      return state.lastEventId;
    },
    get retryMs() {
      return state.retryMs;
    },
    get comments() {
      return state.comments;
    },
  };
}

/** The messages of a stream that has ended; every one of them must be whole. */
export function parseEventStream(text: string): StreamMessage[] {
  if (!text.endsWith('\n\n')) throw new Error(`the stream ends in the middle of a message: ${JSON.stringify(text)}`);
  return eventStreamParser().feed(Buffer.from(text));
}
