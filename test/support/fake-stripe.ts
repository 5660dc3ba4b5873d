import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { onTestFinished } from 'vitest';

export interface StripeCall {
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Undefined: it was never answered. */
  status: number | undefined;
  /** The request was carried out; a repeat under its idempotency key is not. */
  executed: boolean;
}

/** `fail`: 500, which Stripe keeps under the idempotency key. `busy`: 429, which it does not. `cut`: the connection breaks. */
export type Mishap = 'fail' | 'busy' | 'hang' | 'cut';
export type Moment = 'arrived' | 'executed' | 'answered';
/** Asked at each moment of each call; what it awaits, the call waits for. */
export type Watcher = (moment: Moment, call: StripeCall) => Promise<Mishap | undefined> | Mishap | undefined;

export interface FakeStripe {
  readonly address: { readonly host: string; readonly port: number; readonly protocol: 'http' };
  readonly apiKey: string;
  /** Every request that came, in order. */
  readonly calls: readonly StripeCall[];
  readonly codes: ReadonlyMap<string, Stripe.PromotionCode>;
  addCode(id: string): void;
  removeCode(id: string): void;
  watch(watcher: Watcher | undefined): void;
}

/**
 * A small Stripe that keeps state: promotion codes, and the answers given under idempotency keys. As the real one it gives the
 * same answer again for the same request under the same key (errors of its own too), refuses another request under it, and
 * says 409 while the first is at work. A request that came is carried out even when its caller is gone by then.
 */
export async function fakeStripe(whenDone: (end: () => Promise<void>) => void = onTestFinished): Promise<FakeStripe> {
  const state: State = { codes: new Map(), answers: new Map(), calls: [], apiKey: API_KEY, watcher: undefined };
  const server = createServer((request, response) => void serve(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenDone(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    address: { host: '127.0.0.1', port: address.port, protocol: 'http' },
    apiKey: API_KEY,
    calls: state.calls,
    codes: state.codes,
    addCode: (id) => state.codes.set(id, promotionCode(id)),
    removeCode: (id) => state.codes.delete(id),
    watch: (watcher) => {
      state.watcher = watcher;
    },
  };
}

const API_KEY = 'sk_test_ofTheFakeThatTestsTalkTo';

interface Answer {
  readonly status: number;
  readonly body: object;
}

interface State {
  readonly codes: Map<string, Stripe.PromotionCode>;
  /** By idempotency key; `at-work` while the first request under it is. */
  readonly answers: Map<string, { readonly request: string; answer: Answer | 'at-work' }>;
  readonly calls: StripeCall[];
  readonly apiKey: string;
  watcher: Watcher | undefined;
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const key = request.headers['idempotency-key'];
  const idempotencyKey = typeof key === 'string' ? key : undefined;
  const call: StripeCall = { path: request.url ?? '', idempotencyKey, status: undefined, executed: false };
  state.calls.push(call);
  const arrived = await state.watcher?.('arrived', call);
  if (arrived === 'hang') return;
  if (arrived === 'cut') return void request.socket.destroy();
  const answer =
    arrived === 'busy' ? BUSY : await answerOnce(state, request, call, { body, fails: arrived === 'fail' });
  if (answer === 'hang') return;
  if (answer === 'cut') return void request.socket.destroy();
  call.status = answer.status;
  response.on('finish', () => void state.watcher?.('answered', call));
  response.writeHead(answer.status, { 'content-type': 'application/json', 'request-id': `req_${state.calls.length}` });
  response.end(JSON.stringify(answer.body));
}

async function answerOnce(
  state: State,
  request: IncomingMessage,
  call: StripeCall,
  { body, fails }: { body: string; fails: boolean },
): Promise<Answer | 'hang' | 'cut'> {
  if (request.headers.authorization !== `Bearer ${state.apiKey}`) {
    return error(401, 'invalid_request_error', undefined);
  }
  const asked = `${request.method} ${request.url} ${body}`;
  const known = call.idempotencyKey === undefined ? undefined : state.answers.get(call.idempotencyKey);
  if (known && known.request !== asked) return error(400, 'idempotency_error', undefined);
  if (known?.answer === 'at-work') return error(409, 'invalid_request_error', 'idempotency_key_in_use');
  if (known) return known.answer;
  const kept: { request: string; answer: Answer | 'at-work' } = { request: asked, answer: 'at-work' };
  if (call.idempotencyKey !== undefined) state.answers.set(call.idempotencyKey, kept);
  const answer = fails ? FAULT : execute(state, request, body);
  call.executed = answer.status < 400;
  kept.answer = answer;
  const executed = await state.watcher?.('executed', call);
  if (executed === 'hang' || executed === 'cut') return executed;
  if (executed === 'fail') kept.answer = FAULT;
  return kept.answer;
}

/** `POST /v1/promotion_codes/:id` with `active`; nothing else is there. */
function execute(state: State, request: IncomingMessage, body: string): Answer {
  const [, id = ''] = /^\/v1\/promotion_codes\/([^/?]+)$/.exec(request.url ?? '') ?? [];
  if (request.method !== 'POST' || id === '') return error(404, 'invalid_request_error', 'url_invalid');
  const parameters = new URLSearchParams(body);
  for (const name of parameters.keys()) {
    if (name !== 'active') return error(400, 'invalid_request_error', 'parameter_unknown');
  }
  const code = state.codes.get(id);
  if (!code) return error(404, 'invalid_request_error', 'resource_missing');
  if (code.metadata?.frozen) return error(400, 'invalid_request_error', 'promotion_code_frozen');
  code.active = parameters.get('active') === 'true';
  return { status: 200, body: code };
}

function error(status: number, type: string, code: string | undefined): Answer {
  return { status, body: { error: { type, message: 'The fake says no.', ...(code && { code }) } } };
}

const FAULT = error(500, 'api_error', undefined);
const BUSY = error(429, 'invalid_request_error', 'rate_limit');

/** With the package's own type, so that it cannot drift from it. */
function promotionCode(id: string): Stripe.PromotionCode {
  return {
    id,
    object: 'promotion_code',
    active: true,
    code: id.toUpperCase(),
    created: 1_790_000_000,
    customer: null,
    customer_account: null,
    expires_at: null,
    livemode: false,
    max_redemptions: null,
    metadata: {},
    promotion: { type: 'coupon', coupon: 'coupon_of_the_fake' },
    restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: 0,
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}
