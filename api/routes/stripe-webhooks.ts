import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { CANARY_EVENT_TYPE } from '../../contracts/stripe-events.ts';
import type { Db } from '../../db/pool.ts';
import { createTokenBuckets } from '../../platform/token-buckets.ts';
import { checkSignature } from '../../services/stripe-signature.ts';
import { WEBHOOK_DOCUMENTATION } from '../billing/documentation.ts';
import { type KeptEvent, keepEvent } from '../billing/keep-event.ts';
import { readEvent } from '../billing/read-event.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { StripeDeliveryMetrics } from '../metrics/stripe-deliveries.ts';
import { sendProblem } from '../plugins/problems.ts';
import { traceParentOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';

export interface StripeWebhookDeps {
  readonly db: Db;
  readonly dispatcher: Dispatcher;
  readonly metrics: StripeDeliveryMetrics;
  /** Aborted when the process begins to stop. */
  readonly closing: AbortSignal;
  /** None: events are not taken. */
  readonly stripeWebhookSecrets?: readonly string[];
  /** Where events are stored, when that is a pool of its own. */
  readonly stripeDb?: Db;
  /** How many deliveries that are not Stripe's one address may make in a minute. */
  readonly stripeForgedPerMinute?: number;
}

/**
 * Each costs its body, at most 2 MiB, and an HMAC over it, about 7 ms in all at the worst: so 300 a minute hold a processor for 2 s of
 * it. A delivery that proves to be Stripe's does not count, so Stripe may send as many as it likes; 300 at once, though, while none
 * of them has proved itself, and its bursts are tens.
 */
const FORGED_PER_MINUTE = 300;

/** Stripe's events are below 1 MB; the limit of other routes is 1 MiB, which is near. */
const BODY_BYTES_AT_MOST = 2 * 1024 * 1024;

/**
 * Where Stripe delivers. The signature is over the bytes, so this plugin alone has a parser that leaves them as they are. An event
 * is stored before the answer and looked into after it: what is done with it never makes a delivery fail.
 */
export const stripeWebhookRoutes: FastifyPluginAsyncTypebox<StripeWebhookDeps> = async (app, deps) => {
  const secrets = deps.stripeWebhookSecrets ?? [];
  const unproved = createTokenBuckets(deps.stripeForgedPerMinute ?? FORGED_PER_MINUTE);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    if (secrets.length === 0) return sendProblem(request, reply, new Rejection('billing/not-configured'));
    if (deps.closing.aborted) throw new Rejection('service/not-ready', { detail: 'This process is stopping.' });
    if (!unproved.take(request.ip)) {
      deps.metrics.stripeDeliveries.inc({ outcome: 'too-many-forged' });
      throw new Rejection('billing/too-many-forged');
    }
    if (!isPlainJson(request.headers)) throw new Rejection('request/unsupported-media-type');
    return undefined;
  });

  app.post(
    '/v1/webhooks/stripe',
    {
      config: { access: 'public', documentation: WEBHOOK_DOCUMENTATION },
      bodyLimit: BODY_BYTES_AT_MOST,
      schema: {
        operationId: 'receiveStripeEvent',
        summary: 'Where Stripe delivers its events',
        description: `For the webhook endpoint of your Stripe account (snapshot events). \`200\` says that the event is stored, new or known,
and nothing about what comes of it; whatever else is answered, Stripe delivers it again.`,
        tags: ['billing'],
        response: { 200: ReceivedSchema, ...problems(400, 404, 413, 415, 429, 503) },
      },
    },
    async (request) => {
      const isProved = () => unproved.giveBack(request.ip);
      const { outcome } = await receive(deps, request, { secrets, isProved }).catch((error: unknown) => {
        const isRefused = error instanceof Rejection && error.code.startsWith('billing/');
        deps.metrics.stripeDeliveries.inc({ outcome: isRefused ? error.code.slice('billing/'.length) : 'not-stored' });
        throw error;
      });
      if (outcome !== 'canary') deps.metrics.stripeDeliveries.inc({ outcome });
      return { received: true as const };
    },
  );
};

const ReceivedSchema = Type.Object({ received: Type.Literal(true) });

/** Of charsets only the one that JSON has, and no encoding: what is signed is what comes over the line. */
function isPlainJson(headers: FastifyRequest['headers']): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  return /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type) && encoding.toLowerCase() === 'identity';
}

async function receive(
  { db, stripeDb = db, dispatcher, metrics }: StripeWebhookDeps,
  request: FastifyRequest,
  { secrets, isProved }: { secrets: readonly string[]; isProved: () => void },
): Promise<{ readonly outcome: KeptEvent['outcome'] | 'canary' }> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const header = request.headers['stripe-signature'];
  const given = { body, header: typeof header === 'string' ? header : undefined, secrets, now: new Date() };
  const signature = checkSignature(given);
  if (signature.verdict === 'bad') throw new Rejection('billing/bad-signature');
  if (signature.verdict === 'stale') throw new Rejection('billing/stale-signature');
  isProved();
  const event = readEvent(body);
  const isCanary = event.type === CANARY_EVENT_TYPE; // it is no sign of life of Stripe's
  if (!isCanary) metrics.stripeSecretMatches.inc({ secret: String(signature.secret + 1) });
  const kept = await keepEvent(stripeDb, { ...event, traceParent: traceParentOf(request) });
  const { deliveries, state } = kept;
  const outcome = isCanary ? 'canary' : kept.outcome;
  const facts = { stripeEvent: event.id, type: event.type, deliveries, outcome };
  request.log[outcome === 'conflict' ? 'warn' : 'info'](facts, 'stripe event received');
  if (state === 'received' || outcome === 'resent') dispatcher.nudge('stripe-events');
  return { outcome };
}
