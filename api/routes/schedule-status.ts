import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BY_RANK } from '../../domain/schedules/verdicts.ts';
import type { Audit } from '../../schedules/audit.ts';
import { type AuditView, viewOf } from '../../schedules/audit-view.ts';
import { nullable, nullableObject } from '../nullable.ts';
import { problems } from '../schemas.ts';

const Time = Type.String({ format: 'date-time' });
const VerdictSchema = Type.String({ enum: [...BY_RANK], description: 'docs/reference/schedule-verdicts.md' });
const SeveritySchema = Type.String({ enum: ['green', 'amber', 'red'] });

const NullableTime = nullable('string', { format: 'date-time' });

const RUN = {
  slot: Time,
  run: Type.Integer({ description: 'Of the slot, from 1.' }),
  origin: Type.String({ enum: ['schedule', 'manual', 'backfill', 'foreign'] }),
  actor: nullable('string', { description: 'Who asked for it, of manual runs and backfills.' }),
  reason: nullable('string'),
  openedAt: Time,
  finishedAt: NullableTime,
};

const GapSchema = Type.Object({
  slot: Time,
  why: Type.String({ enum: ['late', 'missed', 'skipped', 'failed', 'paused'] }),
  execution: nullable('string', { description: "Temporal's word for the workflow of this slot." }),
  coveredBy: nullableObject(RUN, 'The run that did its work afterwards; null: it is owed.'),
});

const ScheduleSchema = Type.Object({
  schedule: nullable('string', { description: 'As the manifest calls it; null: an orphan.' }),
  temporalId: Type.String(),
  verdict: VerdictSchema,
  severity: SeveritySchema,
  findings: Type.Array(Type.Object({ verdict: VerdictSchema, severity: SeveritySchema, because: Type.String() }), {
    description: 'All that hold, the worst first.',
  }),
  does: nullable('string'),
  owner: nullable('string'),
  spec: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
  queue: nullable('string'),
  graceS: nullable('number'),
  paused: Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] }),
  nextSlot: NullableTime,
  lastSuccess: nullableObject(RUN, 'The success with the newest slot: up to it the work is done.'),
  startedLateS: nullable('number'),
  owedSince: NullableTime,
  owedSlots: Type.Integer(),
  gaps: Type.Array(GapSchema, { description: 'The newest 100 slots without a success of their own, oldest first.' }),
  gapsTotal: Type.Integer(),
  foreignRuns: Type.Array(Type.Object(RUN), { description: 'What somebody started around Cairn; the newest 20.' }),
});

const SchedulesSchema = Type.Unsafe<AuditView>(
  Type.Object({
    checkedAt: Time,
    verdict: VerdictSchema,
    severity: SeveritySchema,
    exitCode: Type.Integer({ description: 'Of `cairn schedules status`: 0 green or amber, 2 red, 3 cannot tell.' }),
    schedules: Type.Array(ScheduleSchema),
  }),
);

/** Did the scheduled work really run? Asked now, of ledger, Temporal and workers; not what a watchdog remembers. */
export const scheduleStatusRoutes: FastifyPluginAsyncTypebox<{ audit: () => Promise<Audit> }> = async (
  app,
  { audit },
) => {
  app.get(
    '/v1/ops/schedules',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'listSchedules',
        summary: 'Every schedule, whether its work was really done, and what is owed',
        tags: ['ops'],
        response: { 200: SchedulesSchema, ...problems(401, 403, 503) },
      },
    },
    async () => viewOf(await audit()),
  );
};
