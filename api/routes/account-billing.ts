import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { findBillingAccount } from '../../db/account-billing.ts';
import type { Pool } from '../../db/pool.ts';
import { seenCustomers } from '../../db/stripe-links.ts';
import {
  ACCOUNT_PARAMS,
  AccountBillingSchema,
  CustomersQuery,
  CustomersSchema,
  LINK_PARAMS,
  LinkBody,
  LinkedSchema,
  UnlinkQuery,
} from '../billing/account-schemas.ts';
import { billingView } from '../billing/account-view.ts';
import { customerView, linkCustomer, unlinkCustomer } from '../ops/customer-links.ts';
import { ITEMS_BY_DEFAULT, PAGE_DOCUMENTATION, pageFrom, readCursor } from '../paging.ts';
import { problems } from '../schemas.ts';

const operator = { access: 'operator' } as const;
/** A cursor of another list means nothing here. */
const ORDER = 'stripe.customers';

/** What an account has bought, and which customers of Stripe are its. */
export const accountBillingRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.get(
    '/v1/accounts/:id',
    {
      config: { access: 'account-or-operator' },
      schema: {
        operationId: 'showAccountBilling',
        summary: "An account's plan and why, until when, its subscriptions, cards, codes and notices",
        description: `For operators of any account; others see their own, and no other is found. What is here is what Stripe said when it
was last asked: names, addresses and e-mails are not kept.`,
        tags: ['accounts'],
        params: ACCOUNT_PARAMS,
        response: { 200: AccountBillingSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params, accountId }) => {
      const account = await findBillingAccount(db, params.id);
      const isOthers = accountId !== '' && accountId !== account?.id;
      if (!account || isOthers) throw new Rejection('request/not-found', { detail: 'There is no such account.' });
      return billingView(db, account);
    },
  );
  await app.register(linkRoutes, { db });
  await app.register(customerRoutes, { db });
};

const linkRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  const url = '/v1/accounts/:id/stripe-customers/:customerId';
  app.put(
    url,
    {
      config: operator,
      schema: {
        operationId: 'linkStripeCustomer',
        summary: 'Say that a customer of Stripe is this account',
        description: `It stays so whatever metadata or a checkout say, and takes the customer from whoever had it. Neither has to be known
yet. Notices that nobody could be told are told now, as far as they still hold.`,
        tags: ['accounts'],
        params: LINK_PARAMS,
        body: LinkBody,
        response: { 200: LinkedSchema, ...problems(400, 401, 403, 415, 503) },
      },
    },
    async ({ params, body: { reason }, keyId: actor, log }) => {
      const link = { account: params.id, customerId: params.customerId };
      const { auditId } = await linkCustomer(db, link, { actor, reason });
      log.info({ actor, auditId, customer: link.customerId }, 'customer linked');
      return { ...link, auditId };
    },
  );

  app.delete(
    url,
    {
      config: operator,
      schema: {
        operationId: 'unlinkStripeCustomer',
        summary: "Say that a customer of Stripe is nobody's",
        description: 'It stays so, whatever metadata or a checkout say, until an operator links it again.',
        tags: ['accounts'],
        params: LINK_PARAMS,
        querystring: UnlinkQuery,
        response: { 200: LinkedSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params, query: { reason }, keyId: actor, log }) => {
      const link = { account: params.id, customerId: params.customerId };
      const { auditId } = await unlinkCustomer(db, link, { actor, reason });
      log.info({ actor, auditId, customer: link.customerId }, 'customer unlinked');
      return { ...link, auditId };
    },
  );
};

const customerRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.get(
    '/v1/ops/stripe-customers',
    {
      config: { ...operator, documentation: PAGE_DOCUMENTATION },
      schema: {
        operationId: 'listStripeCustomers',
        summary: 'Customers of Stripe that were heard of, and whose they are; the newest first',
        description:
          'With `linked=false` those that are nobody: their events are processed all the same. Deleted ones are left out.',
        tags: ['ops'],
        querystring: CustomersQuery,
        response: { 200: CustomersSchema, ...problems(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { limit = ITEMS_BY_DEFAULT, cursor, linked } = request.query;
      const page = { after: readCursor(ORDER, cursor), limit: limit + 1 };
      const rows = await seenCustomers(db, { linked, page });
      return pageFrom({ request, reply }, ORDER, { rows, limit, view: customerView });
    },
  );
};
