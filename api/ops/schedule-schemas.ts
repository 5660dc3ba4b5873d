import { Type } from 'typebox';
import { SLOTS_AT_MOST } from '../../schedules/orders.ts';
import { REASON } from './reason.ts';

const time = (description: string) => Type.String({ format: 'date-time', description });
const auditId = Type.Integer({ description: 'Of the row that keeps who did this and why.' });

export const OrderBody = Type.Object({ reason: REASON }, { additionalProperties: false });

export const BackfillBody = Type.Object(
  {
    reason: REASON,
    from: time('Of the first slot, or before it.'),
    to: time(`Of the last slot, or after it; not in the future. At most ${SLOTS_AT_MOST} slots.`),
    dryRun: Type.Optional(Type.Boolean({ default: true, description: 'Only list the slots.' })),
  },
  { additionalProperties: false },
);

export const PausedSchema = Type.Object({ schedule: Type.String(), paused: Type.Boolean(), auditId });

const RunSchema = Type.Object({ slot: Type.String({ format: 'date-time' }), workflowId: Type.String() });

export const OrderedRunsSchema = Type.Object({ schedule: Type.String(), auditId, runs: Type.Array(RunSchema) });

export const DryBackfillSchema = Type.Object({
  schedule: Type.String(),
  dryRun: Type.Literal(true),
  slots: Type.Array(Type.String({ format: 'date-time' })),
});
