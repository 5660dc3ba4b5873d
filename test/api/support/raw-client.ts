import { connect, type Socket } from 'node:net';

/** What came over the wire, as text, and how it ended. */
export interface RawAnswer {
  readonly text: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The answer's body as JSON; an empty object when it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A client that says exactly the bytes it is told to. */
export interface RawClient {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): Promise<void>;
  /** Resolves with the first whole final answer. Throws when the connection ends before. */
  answer(): Promise<RawAnswer>;
  /** Resolves when the server has closed or cut the connection. */
  closed(): Promise<void>;
  received(): string;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const state = { text: '', over: false };
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  const end = () => {
    state.over = true;
    changed();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    state.text += chunk;
    changed();
  });
  socket.on('error', end).on('end', end).on('close', end);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const until = <Value>(look: () => Value | undefined) =>
    new Promise<Value>((resolve, reject) => {
      const watcher = () => {
        const found = look();
        if (found === undefined && !state.over) return;
        watchers.delete(watcher);
        if (found === undefined) reject(new Error(`the connection ended after ${JSON.stringify(state.text)}`));
        else resolve(found);
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    socket,
    send: (bytes) => new Promise((resolve) => void socket.write(bytes, () => resolve())),
    answer: () => until(() => parseAnswer(state.text)),
    closed: () => until(() => (state.over ? true : undefined)).then(() => void socket.destroy()),
    received: () => state.text,
  };
}

/** One request from its bytes to its first final answer; the connection is dropped afterwards. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  const client = await rawClient(port);
  await client.send(bytes);
  try {
    return await client.answer();
  } finally {
    client.socket.destroy();
  }
}

function parseAnswer(text: string): RawAnswer | undefined {
  const final = text.replace(/^(HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/, '');
  const [head, ...rest] = final.split('\r\n\r\n');
  if (!head || rest.length === 0) return undefined;
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = rest.join('\r\n\r\n');
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  return { text: final, status: Number(statusLine.split(' ')[1]), headers, body, json: parseJson(body) };
}

function parseJson(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
