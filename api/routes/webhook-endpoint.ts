import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { webhookId } from '../../contracts/webhooks.ts';
import {
  type EndpointDeps,
  enableEndpoint,
  retireEndpointSecret,
  rotateEndpoint,
  sendTestMessage,
  setEndpoint,
} from '../ops/webhook-endpoint.ts';
import {
  EndpointOrderBody,
  EndpointSchema,
  EndpointSetSchema,
  OrderedSchema,
  RotatedSchema,
  SetEndpointBody,
  TestedSchema,
} from '../ops/webhook-schemas.ts';
import { endpointView } from '../ops/webhook-views.ts';
import { problems } from '../schemas.ts';

const ENDPOINT = '/v1/ops/webhook-endpoint';
const config = { access: 'operator' } as const;
const refusals = problems(400, 401, 403, 404, 415, 503);

/** Where the site is told of what happens. */
export const webhookEndpointRoutes: FastifyPluginAsyncTypebox<EndpointDeps> = async (app, deps) => {
  app.get(
    ENDPOINT,
    {
      config,
      schema: {
        operationId: 'showWebhookEndpoint',
        summary: 'Where the site is told, and how that goes',
        tags: ['ops'],
        response: { 200: EndpointSchema, ...problems(401, 403, 404, 503) },
      },
    },
    async () => {
      const view = await endpointView(deps.db);
      if (!view) throw new Rejection('webhook/no-endpoint');
      return view;
    },
  );

  app.put(
    ENDPOINT,
    {
      config,
      schema: {
        operationId: 'setWebhookEndpoint',
        summary: 'Set where the site is told',
        description: `The first time a secret is made and shown, once. Later only the address changes; what waits goes to the new
one. Whatever happens before there is an endpoint is told to nobody.`,
        tags: ['ops'],
        body: SetEndpointBody,
        response: { 200: EndpointSetSchema, ...problems(400, 401, 403, 415, 422, 503) },
      },
    },
    async ({ body: { url, reason }, keyId: actor, log }) => {
      const { created, auditId, ...shown } = await setEndpoint(deps, url, { actor, reason });
      log.info({ actor, created, auditId }, 'webhook endpoint set');
      return { url, created, auditId, ...shown };
    },
  );
  await app.register(secretRoutes, deps);
  await app.register(switchRoutes, deps);
};

const secretRoutes: FastifyPluginAsyncTypebox<EndpointDeps> = async (app, deps) => {
  app.post(
    `${ENDPOINT}/rotate`,
    {
      config,
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Make a new secret; the one before goes on signing beside it',
        description: 'The secret before that one signs no more: there are two at most.',
        tags: ['ops'],
        body: EndpointOrderBody,
        response: { 200: RotatedSchema, ...refusals },
      },
    },
    async ({ body: { reason }, keyId: actor, log }) => {
      const { auditId, secret = '' } = await rotateEndpoint(deps, { actor, reason });
      log.info({ actor, auditId }, 'webhook secret rotated');
      return { auditId, secret };
    },
  );

  app.post(
    `${ENDPOINT}/retire-secret`,
    {
      config,
      schema: {
        operationId: 'retireWebhookSecret',
        summary: 'End a rotation: only the newest secret signs',
        tags: ['ops'],
        body: EndpointOrderBody,
        response: { 200: OrderedSchema, ...refusals },
      },
    },
    async ({ body: { reason }, keyId: actor, log }) => {
      const { auditId } = await retireEndpointSecret(deps, { actor, reason });
      log.info({ actor, auditId }, 'webhook secret retired');
      return { auditId };
    },
  );
};

const switchRoutes: FastifyPluginAsyncTypebox<EndpointDeps> = async (app, deps) => {
  for (const does of ['enable', 'disable'] as const) {
    app.post(
      `${ENDPOINT}/${does}`,
      {
        config,
        schema: {
          operationId: `${does}WebhookEndpoint`,
          summary: does === 'enable' ? 'Send again what waits' : 'Let messages wait',
          description: 'Nothing is lost while it is disabled: messages go on being written.',
          tags: ['ops'],
          body: EndpointOrderBody,
          response: { 200: OrderedSchema, ...refusals },
        },
      },
      async ({ body: { reason }, keyId: actor, log }) => {
        const { auditId } = await enableEndpoint(deps, does === 'enable', { actor, reason });
        log.info({ actor, auditId, does }, 'webhook endpoint switched');
        return { auditId };
      },
    );
  }

  app.post(
    `${ENDPOINT}/test`,
    {
      config,
      schema: {
        operationId: 'testWebhookEndpoint',
        summary: 'Send the site a message of type webhook.test',
        description: 'It goes the whole way of all messages; `showWebhookMessage` tells how.',
        tags: ['ops'],
        body: EndpointOrderBody,
        response: { 202: TestedSchema, ...refusals },
      },
    },
    async ({ body: { reason }, keyId: actor }, reply) => {
      const { auditId, messageId } = await sendTestMessage(deps, { actor, reason });
      return reply.status(202).send({ auditId, messageId: webhookId(messageId) });
    },
  );
};
