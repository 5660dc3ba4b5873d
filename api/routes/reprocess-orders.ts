import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import type { Pool } from '../../db/pool.ts';
import { REPROCESS_ACTIONS, type ReprocessAction } from '../../db/reprocess-orders.ts';
import type { ReprocessFilter } from '../../db/reprocess-selection.ts';
import { momentOf } from '../ops/filter.ts';
import {
  changeReprocess,
  dryReprocess,
  orderReprocess,
  paceReprocess,
  REPROCESS_RATE_PER_MINUTE,
  reprocessView,
  reprocessViews,
} from '../ops/reprocess-orders.ts';
import {
  REPROCESS_PARAMS,
  ReprocessActionBody,
  ReprocessAllBody,
  ReprocessChangedSchema,
  ReprocessOrderSchema,
  ReprocessOrdersSchema,
  ReprocessOutlookSchema,
  ReprocessRateBody,
} from '../ops/reprocess-schemas.ts';
import { problems } from '../schemas.ts';

export interface ReprocessOrderDeps {
  readonly db: Pool;
  readonly dispatcher: { nudge(): void };
}

const ORDERS = '/v1/ops/reprocess-orders';

/** Bulk reprocesses. A request only writes rows: a workflow carries the order out, and its row tells how far it is. */
export const reprocessOrderRoutes: FastifyPluginAsyncTypebox<ReprocessOrderDeps> = async (app, deps) => {
  app.post(
    ORDERS,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'orderReprocess',
        summary: 'Have many uploads processed again, at a rate',
        description: `Dry by default: says how many, of which state and pipeline. With \`dryRun: false\` it is an order, which a
workflow carries out batch by batch; \`showReprocessOrder\` tells how far it is. Only uploads whose last run had ended when the
order was given are of it, so none is processed twice, whatever other orders there are. A track stays until the new one takes its
place. Uploads that somebody waits for go first.`,
        tags: ['ops'],
        body: ReprocessAllBody,
        response: {
          200: { ...ReprocessOutlookSchema, description: 'A dry run.' },
          202: ReprocessOutlookSchema,
          ...problems(400, 401, 403, 415, 503),
        },
      },
    },
    async ({ body, keyId: actor, log }, reply) => {
      const { dryRun = true, ratePerMinute = REPROCESS_RATE_PER_MINUTE.byDefault, reason } = body;
      const filter = filterOf(body.filter);
      if (dryRun) return { dryRun, ...(await dryReprocess(deps.db, filter)), ratePerMinute };
      const given = await orderReprocess(deps.db, { filter, ratePerMinute }, { actor, reason });
      const { orderId, count } = given;
      deps.dispatcher.nudge();
      log.info({ orderId, count, actor }, 'bulk reprocess ordered');
      return reply
        .status(202)
        .header('location', `${ORDERS}/${orderId}`)
        .send({ dryRun, ...given, ratePerMinute });
    },
  );

  await app.register(lookRoutes, deps);
  await app.register(changeRoutes, deps);
};

/** How orders stand. */
const lookRoutes: FastifyPluginAsyncTypebox<ReprocessOrderDeps> = async (app, deps) => {
  app.get(
    ORDERS,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'listReprocessOrders',
        summary: 'The latest bulk reprocesses',
        tags: ['ops'],
        response: { 200: ReprocessOrdersSchema, ...problems(401, 403, 503) },
      },
    },
    async () => ({ items: await reprocessViews(deps.db) }),
  );

  app.get(
    `${ORDERS}/:orderId`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showReprocessOrder',
        summary: 'How far a bulk reprocess is',
        tags: ['ops'],
        params: REPROCESS_PARAMS,
        response: { 200: ReprocessOrderSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params: { orderId } }) => reprocessView(deps.db, orderId),
  );
};

const SAID: Readonly<Record<ReprocessAction, { operationId: string; summary: string; description: string }>> = {
  pause: {
    operationId: 'pauseReprocess',
    summary: 'Pause a bulk reprocess',
    description: 'What is under way is brought to its end, some dozens of uploads at most; nothing further is begun.',
  },
  resume: {
    operationId: 'resumeReprocess',
    summary: 'Go on with a paused or failed bulk reprocess, where it was',
    description: 'It is the next run of the order. A pause that has not come into effect yet is taken back.',
  },
  cancel: {
    operationId: 'cancelReprocess',
    summary: 'End a bulk reprocess before its end',
    description: 'What is under way is brought to its end, some dozens of uploads at most; the rest stays untouched.',
  },
};

/** What may be done with an order that was given. */
const changeRoutes: FastifyPluginAsyncTypebox<ReprocessOrderDeps> = async (app, deps) => {
  const response = { 200: ReprocessChangedSchema, ...problems(400, 401, 403, 404, 409, 415, 503) };
  for (const action of REPROCESS_ACTIONS) {
    app.post(
      `${ORDERS}/:orderId/${action}`,
      {
        config: { access: 'operator' },
        schema: { ...SAID[action], tags: ['ops'], params: REPROCESS_PARAMS, body: ReprocessActionBody, response },
      },
      async ({ params: { orderId }, body: { reason }, keyId: actor, log }) => {
        const answer = await changeReprocess(deps.db, orderId, action, { actor, reason });
        if (answer.changed) deps.dispatcher.nudge();
        log.info({ orderId, actor, action, changed: answer.changed }, 'bulk reprocess changed');
        return answer;
      },
    );
  }
  app.post(
    `${ORDERS}/:orderId/rate`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'paceReprocess',
        summary: 'Give a bulk reprocess another rate',
        description: 'From the next uploads on.',
        tags: ['ops'],
        params: REPROCESS_PARAMS,
        body: ReprocessRateBody,
        response,
      },
    },
    async ({ params: { orderId }, body: { ratePerMinute, reason }, keyId: actor, log }) => {
      const answer = await paceReprocess(deps.db, orderId, ratePerMinute, { actor, reason });
      log.info({ orderId, actor, ratePerMinute }, 'bulk reprocess paced');
      return answer;
    },
  );
};

/** Moments as the clock has them: the schema lets 23:59:60 pass. Throws `request/invalid`. */
function filterOf(given: Static<typeof ReprocessAllBody>['filter']): ReprocessFilter {
  const { receivedFrom, receivedTo, endedFrom, endedTo, ...rest } = given;
  const times = Object.entries({ receivedFrom, receivedTo, endedFrom, endedTo });
  const moments = times.flatMap(([name, text]) => (text === undefined ? [] : [[name, momentOf(text).toISOString()]]));
  return { ...rest, ...Object.fromEntries(moments) };
}
