import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, type Asked, answerTo, FAULT, refusal } from './answers.ts';
import { createWorld, type SavedWorld, type World } from './world.ts';

export interface StripeCall {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Undefined: it was never answered. */
  status: number | undefined;
  /** The request was carried out; a repeat under its idempotency key is not. */
  executed: boolean;
}

/**
 * `fail`: 500, which Stripe keeps under the idempotency key. `busy`: 429, which it does not. `cut`: the connection breaks. `page`,
 * `words`: a proxy on the way answers, in HTML or in JSON of its own.
 */
export type Mishap = 'fail' | 'busy' | 'hang' | 'cut' | 'page' | 'words';
export type Moment = 'arrived' | 'executed' | 'answered';
/** Asked at each moment of each call; what it awaits, the call waits for: that is how an answer is slow. */
export type Watcher = (moment: Moment, call: StripeCall) => Promise<Mishap | undefined> | Mishap | undefined;

export interface FakeStripe {
  readonly address: { readonly host: string; readonly port: number; readonly protocol: 'http' };
  readonly apiKey: string;
  readonly world: World;
  /** Every request that came, in order. */
  readonly calls: readonly StripeCall[];
  watch(watcher: Watcher | undefined): void;
  close(): Promise<void>;
}

export interface FakeStripeOptions {
  readonly port?: number;
  readonly apiKey?: string;
  /** What 429 asks for. */
  readonly retryAfterS?: number;
  /** What the ids of events begin with. */
  readonly eventIds?: string;
  /** What it held when it was stopped. */
  readonly saved?: SavedWorld;
  /** Addresses beside Stripe's own, of whoever runs it; undefined when it is none of them. */
  readonly also?: (asked: Asked, world: World) => Promise<Answer | undefined> | undefined;
}

/**
 * A small Stripe that keeps state: objects, events, and the answers given under idempotency keys. As the real one it gives the
 * same answer again for the same request under the same key (errors of its own too), refuses another request under it, and
 * says 409 while the first is at work. A request that came is carried out even when its caller is gone by then. It needs no
 * test runner: whoever starts it closes it.
 */
export async function startFakeStripe(options: FakeStripeOptions = {}): Promise<FakeStripe> {
  const world = createWorld(BEGINNING, options.eventIds, options.saved);
  const { apiKey = API_KEY, also } = options;
  const busy = { ...refusal(429, 'invalid_request_error', 'rate_limit'), headers: retryAfter(options.retryAfterS) };
  const state: State = { world, apiKey, also, busy, answers: new Map(), calls: [], watcher: undefined };
  const server = createServer((request, response) => void serve(state, request, response));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    address: { host: '127.0.0.1', port: address.port, protocol: 'http' },
    apiKey,
    world,
    calls: state.calls,
    watch: (watcher) => {
      state.watcher = watcher;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const API_KEY = 'sk_test_ofTheFakeThatTestsTalkTo';
/** Any moment would do; a fixed one makes runs repeatable. */
const BEGINNING = 1_790_000_000;

function retryAfter(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

interface State {
  readonly world: World;
  readonly apiKey: string;
  readonly also: FakeStripeOptions['also'];
  readonly busy: Answer;
  /** By idempotency key; `at-work` while the first request under it is. */
  readonly answers: Map<string, { readonly request: string; answer: Answer | 'at-work' }>;
  readonly calls: StripeCall[];
  watcher: Watcher | undefined;
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const key = request.headers['idempotency-key'];
  const idempotencyKey = typeof key === 'string' && request.method === 'POST' ? key : undefined;
  const { method = '', url: path = '' } = request;
  const call: StripeCall = { method, path, idempotencyKey, status: undefined, executed: false };
  state.calls.push(call);
  const arrived = await state.watcher?.('arrived', call);
  if (arrived === 'hang') return;
  if (arrived === 'cut') return void request.socket.destroy();
  if (arrived === 'page' || arrived === 'words') return proxyAnswers(response, arrived);
  const { authorization } = request.headers;
  const answer =
    arrived === 'busy' ? state.busy : await answerOnce(state, call, { authorization, body, fails: arrived === 'fail' });
  if (answer === 'hang') return;
  if (answer === 'cut') return void request.socket.destroy();
  call.status = answer.status;
  response.on('finish', () => void state.watcher?.('answered', call));
  const headers = { 'content-type': 'application/json', 'request-id': `req_${state.calls.length}`, ...answer.headers };
  response.writeHead(answer.status, headers);
  response.end(JSON.stringify(answer.body));
}

function proxyAnswers(response: ServerResponse, how: 'page' | 'words'): void {
  const [type, body] =
    how === 'page'
      ? ['text/html', '<h1>502 Bad Gateway</h1>']
      : ['application/json', '{"message":"no healthy upstream"}'];
  response.writeHead(how === 'page' ? 502 : 503, { 'content-type': type });
  response.end(body);
}

async function answerOnce(
  state: State,
  call: StripeCall,
  { authorization, body, fails }: { authorization: string | undefined; body: string; fails: boolean },
): Promise<Answer | 'hang' | 'cut'> {
  if (authorization !== `Bearer ${state.apiKey}`) return refusal(401, 'invalid_request_error', undefined);
  const asked = `${call.method} ${call.path} ${body}`;
  const known = call.idempotencyKey === undefined ? undefined : state.answers.get(call.idempotencyKey);
  if (known && known.request !== asked) return refusal(400, 'idempotency_error', undefined);
  if (known?.answer === 'at-work') return refusal(409, 'invalid_request_error', 'idempotency_key_in_use');
  if (known) return known.answer;
  const kept: { request: string; answer: Answer | 'at-work' } = { request: asked, answer: 'at-work' };
  if (call.idempotencyKey !== undefined) state.answers.set(call.idempotencyKey, kept);
  const answer = fails ? FAULT : await answerOf(state, { ...call, body });
  call.executed = answer.status < 400;
  kept.answer = answer;
  const executed = await state.watcher?.('executed', call);
  if (executed === 'hang' || executed === 'cut') return executed;
  if (executed === 'fail') kept.answer = FAULT;
  return kept.answer;
}

async function answerOf({ also, world }: State, asked: Asked): Promise<Answer> {
  return (await also?.(asked, world)) ?? answerTo(world, asked);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}
