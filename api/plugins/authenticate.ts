import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { findLiveApiKey, type LiveApiKey } from '../../db/api-keys.ts';
import type { Pool } from '../../db/pool.ts';
import { parseKey } from '../../domain/keys/key-text.ts';
import { sha256 } from '../../platform/secrets.ts';

/**
 * Who may call a route; written in its `config`, without which no route is registered. `account-or-operator`: it looks itself whether
 * what is asked for belongs to the account, if an account asks.
 */
export type Access = 'public' | 'account' | 'operator' | 'account-or-operator';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** On an `account` route: without `Authorization`, `?ticket=` is asked whether it opens this request, and as whom. */
    orTicket?: (request: FastifyRequest, ticket: string) => Promise<{ accountId: string }>;
  }
  interface FastifyRequest {
    /** The account that the caller acts for; empty of operators, and on routes that are `public`. */
    accountId: string;
    /** The key that the caller proved itself with: the actor of what operators do. */
    keyId: string;
    /** Cairn's own canary calls: what it sends is no upload of anybody. */
    isCanary: boolean;
  }
}

/**
 * Checks the key before the first body byte is read (`onRequest`). The account is part of every later query, never a check
 * after the fact.
 */
export function registerAuthentication(app: FastifyInstance, deps: { db: Pool }): void {
  app.decorateRequest('accountId', '');
  app.decorateRequest('keyId', '');
  app.decorateRequest('isCanary', false);
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onReady', async () => {
    const silent = routes.filter((route) => !route.config?.access).map((route) => route.url);
    if (silent.length > 0) throw new Error(`these routes do not say who may call them: ${silent.join(', ')}`);
  });
  app.addHook('onRequest', async (request) => {
    const { access, orTicket } = request.routeOptions.config;
    if (access === 'public' || request.is404) return;
    if (KEY_IN_URL.test(request.url)) throw new Rejection('auth/key-in-url');
    const ticket = orTicket && !request.headers.authorization ? ticketOf(request) : undefined;
    if (orTicket && ticket !== undefined) {
      request.accountId = (await orTicket(request, ticket)).accountId;
      return;
    }
    const key = await authenticate(deps.db, request);
    request.keyId = key.id;
    request.isCanary = key.isCanary;
    if (key.kind === 'operator' && access !== 'account') return;
    if (access === 'operator') throw new Rejection('auth/forbidden', { detail: 'This needs an operator key.' });
    request.accountId = await accountOf(deps.db, key, request);
  });
}

/** A key as a query parameter of any name. */
const KEY_IN_URL = /[?&][^=]*=cairn_(?:site|account|operator)_/;

/** Before any schema is looked at: one ticket, as text. */
function ticketOf({ query }: FastifyRequest): string | undefined {
  const ticket: unknown = Object(query).ticket;
  return ticket === undefined || typeof ticket === 'string' ? ticket : '';
}

async function authenticate(db: Pool, request: FastifyRequest): Promise<LiveApiKey> {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (!token) throw new Rejection('auth/missing-key');
  const text = scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? parseKey(token) : undefined;
  if (!text) throw new Rejection('auth/invalid-key'); // mistyped or cut off: the database is not asked
  const key = await findLiveApiKey(db, text.id);
  const same = timingSafeEqual(sha256(text.secret), key?.secretHash ?? sha256(''));
  if (!key || !same || key.kind !== text.kind) throw new Rejection('auth/invalid-key');
  return key;
}

const ACCOUNT = /^[\x21-\x7e]{1,128}$/;
const OWN_ACCOUNT = { detail: 'An account key acts for its own account alone.' };

async function accountOf(db: Pool, key: LiveApiKey, request: FastifyRequest): Promise<string> {
  const named = request.headers['cairn-account'];
  if (key.kind === 'operator') throw new Rejection('auth/forbidden', { detail: 'Operator keys have no recordings.' });
  if (named !== undefined && !(typeof named === 'string' && ACCOUNT.test(named)))
    throw new Rejection('auth/bad-account');
  if (key.kind === 'account') {
    if (named !== undefined && named !== key.accountExternalId) throw new Rejection('auth/forbidden', OWN_ACCOUNT);
    if (!key.accountId) throw new Error(`account key ${key.id} has no account`);
    return key.accountId;
  }
  if (named === undefined) throw new Rejection('auth/account-required');
  return accountIdFor(db, named);
}
