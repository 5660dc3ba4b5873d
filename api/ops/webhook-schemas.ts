import { type TObject, Type } from 'typebox';
import { WEBHOOK_STATES, WEBHOOK_TYPES } from '../../contracts/webhooks.ts';
import { WEBHOOK_FAULTS } from '../../services/webhook-sender.ts';
import { nullable } from '../nullable.ts';
import { pageOf } from '../paging.ts';
import { REASON } from './reason.ts';
import { REPLAY_RATE_PER_MINUTE, REPLAYED_AT_ONCE } from './webhook-replay.ts';

const date = (description: string) => Type.String({ format: 'date-time', description });
const maybeDate = (description: string) => nullable('string', { format: 'date-time', description });
const auditId = Type.Integer({ description: 'Of the row that keeps who did this and why.' });
const state = Type.Enum([...WEBHOOK_STATES]);
const type = Type.Enum([...WEBHOOK_TYPES]);
const secret = Type.String({ description: 'Shown here and never again.' });

export const MESSAGE_PARAMS = Type.Object({
  messageId: Type.String({
    pattern: '^msg_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    description: 'The `webhook-id` that the site gets.',
  }),
});

export const EndpointSchema = Type.Object({
  url: Type.String(),
  enabled: Type.Boolean(),
  disabledBecause: nullable('string', { description: '`gone`: it answered 410. `operator`: somebody disabled it.' }),
  rotating: Type.Boolean({ description: 'Whether the secret before still signs too.' }),
  secretSince: date('Of the newest secret.'),
  failingSince: maybeDate('The first failure that no success has followed.'),
  deliveredAt: maybeDate('The last success, to about ten seconds.'),
  restUntil: maybeDate('It asked to be left alone until then.'),
  createdAt: date('When it was first set.'),
  messages: Type.Object({ pending: Type.Integer(), delivered: Type.Integer(), parked: Type.Integer() }),
});

export const SetEndpointBody = closed({
  url: Type.String({ minLength: 1, maxLength: 2_048, description: 'https, of a public host.' }),
  reason: REASON,
});
export const EndpointOrderBody = closed({ reason: REASON });
export const EndpointSetSchema = Type.Object({
  url: Type.String(),
  created: Type.Boolean(),
  secret: Type.Optional(secret),
  auditId,
});
export const RotatedSchema = Type.Object({ secret, auditId });
export const OrderedSchema = Type.Object({ auditId });
export const TestedSchema = Type.Object({ messageId: Type.String(), auditId });

export const MESSAGE_FILTER = {
  state: Type.Optional(state),
  type: Type.Optional(type),
  from: Type.Optional(date('Written then or later.')),
  to: Type.Optional(date('Written before.')),
};

const MESSAGE = {
  id: Type.String(),
  type: Type.String(),
  state,
  run: Type.Integer({ description: 'Each replay is a run of its own.' }),
  attempts: Type.Integer({ description: 'Of this run.' }),
  createdAt: date('When it was written, in the transaction of what it tells.'),
  nextAttemptAt: maybeDate('Of a pending one.'),
  finishedAt: maybeDate('When it was delivered or parked.'),
  parkedBecause: nullable('string', { description: 'A code.' }),
};

export const MessagesSchema = Type.Object(pageOf(Type.Object(MESSAGE)));

export const MessageSchema = Type.Object({
  ...MESSAGE,
  key: Type.String({ description: 'Of what it tells: told once.' }),
  data: Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'What the site gets.' }),
  log: Type.Array(
    Type.Object({
      run: Type.Integer(),
      attempt: Type.Integer(),
      at: date('When its answer was written down.'),
      durationMs: Type.Integer(),
      status: nullable('number', { description: 'Of the answer; null when there was none.' }),
      error: nullable('string', { description: `Why there was none: ${WEBHOOK_FAULTS.join(', ')}.` }),
    }),
    { description: 'Attempts, the latest first, at most 100.' },
  ),
});

export const ReplayBody = closed({
  reason: REASON,
  filter: closed({ ...MESSAGE_FILTER, from: date('Written then or later.') }),
  dryRun: Type.Optional(Type.Boolean({ default: true, description: 'Only count.' })),
  ratePerMinute: Type.Optional(
    Type.Integer({
      minimum: REPLAY_RATE_PER_MINUTE.least,
      maximum: REPLAY_RATE_PER_MINUTE.most,
      default: REPLAY_RATE_PER_MINUTE.byDefault,
    }),
  ),
});

export const ReplaySchema = Type.Object({
  dryRun: Type.Boolean(),
  count: Type.Integer({ description: `At most ${REPLAYED_AT_ONCE} in one order.` }),
  left: Type.Integer({ description: 'Over that limit: ask again with a later `from`.' }),
  ratePerMinute: Type.Integer(),
  lastDueAt: maybeDate('When the last one is due.'),
  auditId: Type.Optional(auditId),
});

function closed<Shape extends Parameters<typeof Type.Object>[0]>(shape: Shape): TObject<Shape> {
  return Type.Object(shape, { additionalProperties: false });
}
