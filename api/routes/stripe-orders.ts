import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { OrderBody } from '../ops/schedule-schemas.ts';
import { orderAtStripe, stripeOrderView } from '../ops/stripe-orders.ts';
import {
  STRIPE_CUSTOMER_PARAMS,
  STRIPE_ORDER_PARAMS,
  StripeOrderedSchema,
  StripeOrderSchema,
} from '../ops/stripe-schemas.ts';
import { problems } from '../schemas.ts';

export interface StripeOrderDeps {
  readonly db: Pool;
  readonly dispatcher: { nudge(): void };
}

/** What operators have done at Stripe. Nothing is asked of it in a request: a workflow does it, and its row tells how far it is. */
export const stripeOrderRoutes: FastifyPluginAsyncTypebox<StripeOrderDeps> = async (app, { db, dispatcher }) => {
  app.post(
    '/v1/ops/stripe/customers/:customerId/resync',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'resyncStripeCustomer',
        summary: 'Fetch a customer anew, and all that is theirs',
        description: `The customer, their subscriptions, payment methods, promotion codes and latest invoices, as Stripe lists them and as
they are mirrored here. \`showStripeOrder\` tells how far it is.`,
        tags: ['ops'],
        params: STRIPE_CUSTOMER_PARAMS,
        body: OrderBody,
        response: { 202: StripeOrderedSchema, ...problems(400, 401, 403, 415, 503) },
      },
    },
    async ({ params: { customerId }, body: { reason }, keyId: actor, log }, reply) => {
      const { orderId } = await orderAtStripe(db, { kind: 'resync', terms: { customerId } }, { actor, reason });
      dispatcher.nudge();
      log.info({ orderId, actor, kind: 'resync' }, 'stripe order received');
      return reply.status(202).header('location', `/v1/ops/stripe/orders/${orderId}`).send({ orderId });
    },
  );

  app.get(
    '/v1/ops/stripe/orders/:orderId',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showStripeOrder',
        summary: 'How far an order is',
        tags: ['ops'],
        params: STRIPE_ORDER_PARAMS,
        response: { 200: StripeOrderSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params: { orderId } }) => {
      const order = await stripeOrderView(db, orderId);
      if (!order) throw new Rejection('request/not-found', { detail: 'There is no such order.' });
      return order;
    },
  );
};
