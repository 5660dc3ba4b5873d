import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { SCHEDULE_IDS, type ScheduleId } from '../../contracts/schedules.ts';
import type { ScheduleOrders } from '../../schedules/orders.ts';
import { momentOf } from '../ops/filter.ts';
import {
  BackfillBody,
  DryBackfillSchema,
  OrderBody,
  OrderedRunsSchema,
  PausedSchema,
} from '../ops/schedule-schemas.ts';
import { problems } from '../schemas.ts';

export interface ScheduleOrderDeps {
  readonly orders: ScheduleOrders;
}

const OF_SCHEDULE = '/v1/ops/schedules/:scheduleId';
const params = Type.Object({ scheduleId: Type.String({ maxLength: 64 }) });
const refusals = problems(400, 401, 403, 404, 415, 503);

/** What operators do to schedules, each with a reason that is kept. */
export const scheduleOrderRoutes: FastifyPluginAsyncTypebox<ScheduleOrderDeps> = async (app, deps) => {
  for (const does of ['pause', 'resume'] as const) {
    app.post(
      `${OF_SCHEDULE}/${does}`,
      {
        config: { access: 'operator' },
        schema: {
          operationId: `${does}Schedule`,
          summary: does === 'pause' ? 'Let a schedule miss its slots until it is resumed' : 'Let a schedule fire again',
          description: `The reason and who gave it stand in Temporal's note too. Releases leave it as it is.`,
          tags: ['ops'],
          params,
          body: OrderBody,
          response: { 200: PausedSchema, ...refusals, ...problems(409) },
        },
      },
      async ({ params: { scheduleId }, body: { reason }, keyId: actor, log }) => {
        const schedule = scheduleOf(scheduleId);
        const outcome = await deps.orders[does](schedule, { actor, reason });
        log.info({ schedule, actor, ...outcome }, 'schedule paused or resumed');
        return { schedule, ...outcome };
      },
    );
  }
  await app.register(runRoutes, deps);
};

const runRoutes: FastifyPluginAsyncTypebox<ScheduleOrderDeps> = async (app, { orders }) => {
  app.post(
    `${OF_SCHEDULE}/trigger`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'triggerSchedule',
        summary: 'Run the latest slot of a schedule that is due, now',
        description: 'Also while it is paused. Never done by the trigger of Temporal, whose runs look like fires.',
        tags: ['ops'],
        params,
        body: OrderBody,
        response: { 202: OrderedRunsSchema, ...refusals },
      },
    },
    async ({ params: { scheduleId }, body: { reason }, keyId: actor, log }, reply) => {
      const schedule = scheduleOf(scheduleId);
      const { auditId, runs } = await orders.trigger(schedule, { actor, reason });
      log.info({ schedule, actor, auditId }, 'schedule triggered');
      return reply.status(202).send({ schedule, auditId, runs: [...runs] });
    },
  );

  app.post(
    `${OF_SCHEDULE}/backfill`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'backfillSchedule',
        summary: 'Run the slots of a time that is past',
        description: 'Dry by default: lists the slots. Each becomes a run of its own, with its own row in the ledger.',
        tags: ['ops'],
        params,
        body: BackfillBody,
        response: {
          200: { ...DryBackfillSchema, description: 'A dry run.' },
          202: OrderedRunsSchema,
          ...refusals,
          ...problems(422),
        },
      },
    },
    async ({ params: { scheduleId }, body, keyId: actor, log }, reply) => {
      const schedule = scheduleOf(scheduleId);
      const range = { from: momentOf(body.from), to: momentOf(body.to) };
      const slots = orders.slotsOf(schedule, range);
      if (body.dryRun ?? true) return reply.status(200).send({ schedule, dryRun: true as const, slots: [...slots] });
      const { auditId, runs } = await orders.backfill(schedule, range, { actor, reason: body.reason });
      log.info({ schedule, actor, auditId, slots: runs.length }, 'schedule backfilled');
      return reply.status(202).send({ schedule, auditId, runs: [...runs] });
    },
  );
};

function scheduleOf(text: string): ScheduleId {
  const id = SCHEDULE_IDS.find((each) => each === text);
  if (!id)
    throw new Rejection('request/not-found', {
      detail: `There is no schedule of this name; there are ${SCHEDULE_IDS.join(', ')}.`,
    });
  return id;
}
