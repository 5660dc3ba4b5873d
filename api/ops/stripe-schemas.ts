import { type TObject, Type } from 'typebox';
import { STRIPE_EVENT_SOURCES, STRIPE_EVENT_STATES } from '../../contracts/stripe-events.ts';
import { STRIPE_ORDER_STATES } from '../../contracts/stripe-orders.ts';
import { nullable } from '../nullable.ts';
import { filterText, pageOf } from '../paging.ts';
import { REASON } from './reason.ts';
import { STRIPE_REPLAY_RATE_PER_MINUTE, STRIPE_REPLAYED_AT_ONCE } from './stripe-replay.ts';

const date = (description: string) => Type.String({ format: 'date-time', description });
const maybeDate = (description: string) => nullable('string', { format: 'date-time', description });
const auditId = Type.Integer({ description: 'Of the row that keeps who did this and why.' });
const state = Type.Enum([...STRIPE_EVENT_STATES]);
const eventReason = nullable('string', { description: 'Why it was ignored, or is dead: a code.' });
const count = Type.Integer();

export const STRIPE_EVENT_PARAMS = Type.Object({
  eventId: Type.String({ minLength: 1, maxLength: 255, pattern: '^[!-~]+$' }),
});

/** Which events; the same in the query of the list and in the body of a replay. */
const FILTER = {
  type: filterText(255, "Stripe's word for what has happened."),
  object: filterText(255, "Stripe's id of what it happened to."),
  customer: filterText(255, "Stripe's id of whose it is, as far as the event says."),
  reason: filterText(64, 'Why they were ignored, or are dead: a code such as `billing/stripe-refused`.'),
  source: Type.Optional(Type.Enum([...STRIPE_EVENT_SOURCES])),
  from: Type.Optional(date('Received then or later.')),
  to: Type.Optional(date('Received before.')),
  endedBefore: Type.Optional(date('Ended before; what is open has no end.')),
};

export const STRIPE_EVENT_FILTER = { state: Type.Optional(state), ...FILTER };

const EVENT = {
  id: Type.String({ description: "Stripe's." }),
  type: Type.String(),
  state,
  reason: eventReason,
  objectType: nullable('string'),
  objectId: nullable('string'),
  customerId: nullable('string', { description: 'Whose it is, as far as the event says.' }),
  livemode: Type.Boolean(),
  stripeAccount: nullable('string', { description: 'The connected account it is of.' }),
  apiVersion: nullable('string'),
  source: Type.Enum([...STRIPE_EVENT_SOURCES], {
    description: 'Delivered, found in the list of events, or brought by hand.',
  }),
  run: Type.Integer({ description: 'Each replay is a run of its own.' }),
  workflowId: Type.String({ description: 'Of this run.' }),
  deliveries: Type.Integer({ description: 'How often it has come.' }),
  bodyConflicts: Type.Integer({ description: 'Deliveries under this id with another content; theirs was not kept.' }),
  hasBody: Type.Boolean({ description: 'Whether the body is still kept.' }),
  createdAt: date("By Stripe's clock."),
  receivedAt: date('When it first came.'),
  lastDeliveryAt: date('When it last came.'),
  dueAt: date('When this run is, or was, to begin.'),
  endedAt: maybeDate('When it came to this end; null while it is open.'),
};

export const StripeEventSchema = Type.Object(EVENT, { $id: 'OpsStripeEvent' });
export const StripeEventsSchema = Type.Object(pageOf(Type.Ref('OpsStripeEvent')));

export const StripeEventDetailSchema = Type.Object({
  ...EVENT,
  tries: Type.Array(
    Type.Object({
      run: Type.Integer(),
      outcome: Type.Enum(['processed', 'ignored', 'outage', 'refused', 'bug']),
      errorCode: nullable('string'),
      errorClass: nullable('string', { description: 'Of a bug: the class of the error.' }),
      startedAt: date('When it took the event.'),
      endedAt: date('When it was written down.'),
    }),
    { description: 'The latest first, at most 100. Of a worker that died there is none.' },
  ),
  orders: Type.Array(
    Type.Object({ auditId, actor: Type.String(), action: Type.String(), reason: Type.String(), at: date('When.') }),
    { description: 'What operators did with it, the latest first, at most 100.' },
  ),
});

/** A reason without a body to put it into: in a header, since addresses end up in logs. */
export const ReasonHeader = Type.Object({
  'cairn-reason': Type.String({
    ...REASON,
    pattern: '^[!-~][ -~]*[!-~]$',
    description: 'Why you need to see it; in ASCII. Kept with the id of your key.',
  }),
});

export const ReplayedStripeEventSchema = Type.Object({
  replayed: Type.Boolean({ description: 'False: it is open already.' }),
  event: Type.Ref('OpsStripeEvent'),
});

export const IgnoredStripeEventSchema = Type.Object({ auditId });

export const StripeReplayBody = closed({
  reason: REASON,
  filter: closed({
    state: Type.Optional(
      Type.Enum(['dead', 'ignored', 'processed'], { default: 'dead', description: 'What is open needs no replay.' }),
    ),
    ...FILTER,
  }),
  dryRun: Type.Optional(Type.Boolean({ default: true, description: 'Only say what would be done.' })),
  ratePerMinute: Type.Optional(
    Type.Number({
      minimum: STRIPE_REPLAY_RATE_PER_MINUTE.least,
      maximum: STRIPE_REPLAY_RATE_PER_MINUTE.most,
      default: STRIPE_REPLAY_RATE_PER_MINUTE.byDefault,
    }),
  ),
});

export const StripeReplaySchema = Type.Object({
  dryRun: Type.Boolean(),
  endedBefore: date('What ends later is not counted; send it along for the same count.'),
  count: Type.Integer({ description: 'Replayed; of a dry run: that would be.' }),
  byReason: Type.Array(Type.Object({ reason: eventReason, count }), {
    description: 'Why they had ended; of a dry run all that match, also beyond one order.',
  }),
  left: Type.Integer({ description: `Beyond the ${STRIPE_REPLAYED_AT_ONCE} of one order: ask again.` }),
  ratePerMinute: Type.Number(),
  lastDueAt: maybeDate('When the last one begins.'),
  auditId: Type.Optional(auditId),
});

export const STRIPE_CUSTOMER_PARAMS = Type.Object({
  customerId: Type.String({ minLength: 1, maxLength: 255, pattern: '^[!-~]+$' }),
});
export const STRIPE_ORDER_PARAMS = Type.Object({
  orderId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
export const StripeOrderedSchema = Type.Object({ orderId: auditId });
export const StripeOrderSchema = Type.Object({
  id: auditId,
  kind: Type.String(),
  terms: Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'What it is about.' }),
  state: Type.Enum([...STRIPE_ORDER_STATES]),
  reason: nullable('string', { description: 'Why it failed: a code.' }),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'How far it is, and in the end what it did.' }),
  run: Type.Integer(),
  workflowId: Type.String({ description: 'Of this run.' }),
  createdAt: date('When it was given.'),
  endedAt: maybeDate('When it was done, or failed.'),
  drift: Type.Optional(
    Type.Array(
      Type.Object({
        kind: Type.String(),
        id: Type.String(),
        fields: Type.Array(Type.String(), {
          description: 'In which they differ; `here` or `at Stripe`: there is none.',
        }),
        foundAt: date('When it was first seen.'),
      }),
      { description: 'Of a verify: mirrors that differ from Stripe as of the last look, whoever looked; at most 100.' },
    ),
  ),
});

export const ReconcileBody = closed({
  reason: REASON,
  since: date('Of the last 30 days: Stripe has no older events.'),
});
export const VerifyBody = closed({
  reason: REASON,
  repair: Type.Optional(
    Type.Boolean({ default: false, description: 'Fetch anew what differs; else it is only told.' }),
  ),
});

function closed<Shape extends Parameters<typeof Type.Object>[0]>(shape: Shape): TObject<Shape> {
  return Type.Object(shape, { additionalProperties: false });
}
