import { type TObject, Type } from 'typebox';
import { PLANS } from '../../contracts/plans.ts';
import { REJECTIONS } from '../../contracts/rejections.ts';
import { REPROCESS_STATES } from '../../contracts/reprocess-orders.ts';
import { nullable } from '../nullable.ts';
import { filterText } from '../paging.ts';
import { REASON } from './reason.ts';
import { REPROCESS_RATE_PER_MINUTE } from './reprocess-orders.ts';

const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
const count = Type.Integer();
const counted = (description: string) => Type.Integer({ description });
const version = (description: string) => Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description }));
const { least: minimum, most: maximum, byDefault } = REPROCESS_RATE_PER_MINUTE;

/** Which uploads; of those that have ended. */
const FILTER = {
  state: Type.Optional(Type.Enum(['ready', 'failed'], { description: 'Without it both.' })),
  code: Type.Optional(
    Type.Enum(Object.keys(REJECTIONS), {
      description: 'Of the failure of the last run; also where the track of an earlier one was kept.',
    }),
  ),
  pipelineBelow: version('The track was made by an older pipeline than this.'),
  pipelineVersion: version('The track was made by this pipeline.'),
  plan: Type.Optional(Type.Enum([...PLANS], { description: 'Of the account, when its turn comes.' })),
  receivedFrom: time('Received then or later.'),
  receivedTo: time('Received before.'),
  endedFrom: time('The last run ended then or later.'),
  endedTo: time('The last run ended before.'),
  account: filterText(128, "The site's own id of the owner."),
};

export const ReprocessAllBody = closed({
  filter: closed(FILTER),
  reason: REASON,
  dryRun: Type.Optional(Type.Boolean({ default: true, description: 'Only say what would be done.' })),
  ratePerMinute: Type.Optional(
    Type.Number({ minimum, maximum, default: byDefault, description: 'How many begin in a minute, at most.' }),
  ),
});

export const ReprocessActionBody = closed({ reason: REASON });
export const ReprocessRateBody = closed({ reason: REASON, ratePerMinute: Type.Number({ minimum, maximum }) });

export const ReprocessOutlookSchema = Type.Object({
  dryRun: Type.Boolean(),
  endedBefore: Type.String({ format: 'date-time', description: 'What ends later is not of it.' }),
  count: counted('Of uploads that would be processed again; of an order: that will be.'),
  byState: Type.Array(Type.Object({ state: Type.String(), count })),
  byPipelineVersion: Type.Array(
    Type.Object({ pipelineVersion: nullable('integer', { description: 'Null: there is no track.' }), count }),
  ),
  skipped: Type.Array(
    Type.Object(
      { obstacle: Type.Enum(['superseded']), count },
      { description: '`superseded`: it failed, and the owner has sent the recording again since.' },
    ),
  ),
  ratePerMinute: Type.Number(),
  orderId: Type.Optional(counted('Of the order, and of the row that keeps who gave it and why.')),
});

const ORDER = {
  id: counted('Of the order, and of the row that keeps who gave it and why.'),
  state: Type.Enum([...REPROCESS_STATES], {
    description:
      '`received`: it waits for its workflow. A paused or failed one can be resumed, and goes on where it was.',
  }),
  wanted: nullable('string', {
    description:
      '`paused` or `cancelled`: what is under way is brought to its end first, some dozens of uploads at most.',
  }),
  reason: nullable('string', { description: 'Why it failed: a code.' }),
  run: Type.Integer({ description: 'Each resume is a run of its own.' }),
  filter: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
  orderedBy: Type.Object({ actor: Type.String(), reason: Type.String() }),
  ratePerMinute: Type.Number(),
  reachedPerMinute: nullable('number', {
    description: 'On average since it was begun, resumed or given another rate; null while it does not run.',
  }),
  selected: counted('Counted when the order was given.'),
  begun: count,
  open: counted('Begun and not counted as ended yet.'),
  ready: counted('Of a new track.'),
  failed: counted('The new run failed; a track that was there is kept.'),
  superseded: counted('Deleted, or asked for again by the owner, before the run had ended.'),
  handedOver: counted('Left to a workflow of their own, since something stood in their way for too long.'),
  passedOver: counted('They had failed, and the owner has sent the recording again.'),
  left: counted('Selected and not begun.'),
  overtaken: counted('Of a done order: processed, deleted or changed by others before their turn came.'),
  workflowId: Type.String({ description: 'Of this run.' }),
  endedBefore: Type.String({ format: 'date-time', description: 'What ended later is not of it.' }),
  createdAt: Type.String({ format: 'date-time' }),
  beganAt: nullable('string', { format: 'date-time' }),
  endedAt: nullable('string', { format: 'date-time' }),
};

export const ReprocessOrderSchema = Type.Object({
  ...ORDER,
  actions: Type.Array(
    Type.Object({
      auditId: Type.Integer(),
      actor: Type.String(),
      action: Type.String(),
      reason: Type.String(),
      at: Type.String({ format: 'date-time' }),
    }),
    { description: 'What operators did with it since, the latest first, at most 100.' },
  ),
});

export const ReprocessOrdersSchema = Type.Object({
  items: Type.Array(Type.Object(ORDER), { description: 'The latest first, at most 100.' }),
});

export const ReprocessChangedSchema = Type.Object({
  changed: Type.Boolean({ description: 'False: it was so already.' }),
  order: ReprocessOrderSchema,
});

export const REPROCESS_PARAMS = Type.Object({
  orderId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

function closed<Shape extends Parameters<typeof Type.Object>[0]>(shape: Shape): TObject<Shape> {
  return Type.Object(shape, { additionalProperties: false });
}
