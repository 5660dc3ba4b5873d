import { listOf } from './objects.ts';
import type { FakeEvent, Kind, World } from './world.ts';

export interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
}

export const FAULT = refusal(500, 'api_error', undefined);

export function refusal(status: number, type: string, code: string | undefined): Answer {
  return { status, body: { error: { type, message: 'The fake says no.', ...(code && { code }) } } };
}

/** What the fake answers to one request, of the few that Cairn makes. Parameters that it does not know it refuses, as Stripe does. */
export function answerTo(world: World, { method, path, body }: Asked): Answer {
  const url = new URL(path, 'http://stripe');
  const [, version, collection = '', id] = url.pathname.replace('checkout/sessions', 'checkout_sessions').split('/');
  if (version !== 'v1') return NO_SUCH_ADDRESS;
  if (collection === 'events' && method === 'GET') {
    return id === undefined
      ? listEvents(world, url.searchParams)
      : orMissing(world.events.find((each) => each.id === id));
  }
  const kind = KINDS[collection];
  if (kind === undefined) return NO_SUCH_ADDRESS;
  if (method === 'GET' && id === undefined) return listHeld(world, kind, url);
  if (method === 'GET') return retrieve(world, kind, decodeURIComponent(id ?? ''), url.searchParams);
  if (method === 'POST' && kind === 'promotion_code' && id) return changeCode(world, id, new URLSearchParams(body));
  return NO_SUCH_ADDRESS;
}

const KINDS: Readonly<Record<string, Kind>> = {
  customers: 'customer',
  subscriptions: 'subscription',
  invoices: 'invoice',
  payment_methods: 'payment_method',
  coupons: 'coupon',
  promotion_codes: 'promotion_code',
  checkout_sessions: 'checkout.session',
  webhook_endpoints: 'webhook_endpoint',
};

const NO_SUCH_ADDRESS = refusal(404, 'invalid_request_error', 'url_invalid');
const MISSING = refusal(404, 'invalid_request_error', 'resource_missing');
const UNKNOWN_PARAMETER = refusal(400, 'invalid_request_error', 'parameter_unknown');

function orMissing(object: object | undefined): Answer {
  return object ? { status: 200, body: object } : MISSING;
}

function retrieve(world: World, kind: Kind, id: string, query: URLSearchParams): Answer {
  return isKnown(query, []) ? orMissing(world.find(kind, id)) : UNKNOWN_PARAMETER;
}

function changeCode(world: World, id: string, parameters: URLSearchParams): Answer {
  if (!isKnown(parameters, ['active'])) return UNKNOWN_PARAMETER;
  const code = world.find('promotion_code', id);
  if (code?.object !== 'promotion_code') return MISSING;
  if (code.metadata?.frozen) return refusal(400, 'invalid_request_error', 'promotion_code_frozen');
  const changed = { ...code, active: parameters.get('active') === 'true' };
  world.put(changed);
  return { status: 200, body: changed };
}

function listHeld(world: World, kind: Kind, url: URL): Answer {
  const query = url.searchParams;
  if (!isKnown(query, [...PAGING, 'customer', 'status', 'active'])) return UNKNOWN_PARAMETER;
  const matches = world.all(kind).filter((object) => {
    const isListed = query.has('status') || kind !== 'subscription' || Reflect.get(object, 'status') !== 'canceled';
    return (
      isListed && ['customer', 'status', 'active'].every((name) => isWanted(query.get(name), Reflect.get(object, name)))
    );
  });
  return page(url.pathname, matches, query);
}

function isWanted(wanted: string | null, value: unknown): boolean {
  return wanted === null || wanted === 'all' || wanted === String(value);
}

/** The newest first, as Stripe has them, and none of more than 30 days. */
function listEvents(world: World, query: URLSearchParams): Answer {
  const filters = ['type', /^types\[\d*\]$/, /^created\[(?:gte?|lte?)\]$/, 'delivery_success'];
  if (!isKnown(query, [...PAGING, ...filters])) return UNKNOWN_PARAMETER;
  const types = [...query].flatMap(([name, value]) => (/^types?(?:\[|$)/.test(name) ? [value] : []));
  if (types.length > 20) return refusal(400, 'invalid_request_error', 'parameter_invalid');
  const taken = query.get('delivery_success');
  const matches = world.events.filter(
    (event) =>
      (types.length === 0 || types.includes(event.type)) &&
      (taken === null || taken === String(world.taken.has(event.id))) &&
      event.created > world.now - 30 * 86_400 &&
      isIn(event, query),
  );
  return page('/v1/events', matches.reverse(), query);
}

function isIn({ created }: FakeEvent, query: URLSearchParams): boolean {
  const bound = (name: string, otherwise: number) => Number(query.get(`created[${name}]`) ?? otherwise);
  const [from, until] = [
    Math.max(bound('gte', 0), bound('gt', -1) + 1),
    Math.min(bound('lte', 1e12), bound('lt', 1e12) - 1),
  ];
  return created >= from && created <= until;
}

const PAGING = ['limit', 'starting_after', 'ending_before'];
const PAGE = 10;

/** `starting_after` reads on, `ending_before` back, as with Stripe's cursors. */
function page(url: string, all: readonly { readonly id: string }[], query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? PAGE);
  const [after, before] = [query.get('starting_after'), query.get('ending_before')];
  const place = (id: string | null) => all.findIndex((each) => each.id === id);
  if ((after !== null && place(after) < 0) || (before !== null && place(before) < 0)) return MISSING;
  if (before !== null) {
    const newer = all.slice(0, place(before));
    return { status: 200, body: listOf(url, newer.slice(-limit), newer.length > limit) };
  }
  const rest = after === null ? all : all.slice(place(after) + 1);
  return { status: 200, body: listOf(url, rest.slice(0, limit), rest.length > limit) };
}

function isKnown(parameters: URLSearchParams, known: readonly (string | RegExp)[]): boolean {
  return [...parameters.keys()].every((name) =>
    known.some((each) => (typeof each === 'string' ? each === name : each.test(name))),
  );
}
