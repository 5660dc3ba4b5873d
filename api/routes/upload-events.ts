import { fastifySSE } from '@fastify/sse';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { isFinal } from '../../contracts/upload-events.ts';
import type { Pool } from '../../db/pool.ts';
import { findUploadPosition } from '../../db/upload-events.ts';
import { acceptsEventStream } from '../events/accepts.ts';
import { EVENTS_DESCRIPTION, EVENTS_DOCUMENTATION, TICKET_DESCRIPTION } from '../events/documentation.ts';
import { countOpenStreams, type StreamLimits } from '../events/open-streams.ts';
import type { EventRelay } from '../events/relay.ts';
import { type Streaming, stream } from '../events/stream.ts';
import { createTicket, redeemTicket } from '../events/ticket.ts';
import { problems, TicketSchema } from '../schemas.ts';

export interface UploadEventsRoutesDeps {
  readonly db: Pool;
  readonly relay: EventRelay;
  readonly closing: AbortSignal;
  readonly streaming: Streaming & StreamLimits;
}

const Params = Type.Object({ uploadId: Type.String({ format: 'uuid' }) });
const Query = Type.Object({
  lastEventId: Type.Optional(Type.String({ pattern: '^\\d{0,9}$', description: 'As `Last-Event-ID`, which wins.' })),
  ticket: Type.Optional(Type.String({ description: 'In place of a key.' })),
});

/** Live progress of an upload, and the tickets by which a page may watch it. */
export const uploadEventsRoutes: FastifyPluginAsyncTypebox<UploadEventsRoutesDeps> = async (app, deps) => {
  const { db, relay, closing, streaming } = deps;
  const open = countOpenStreams(streaming);
  await app.register(fastifySSE, { heartbeatInterval: streaming.heartbeatMs });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined)); // no operation here takes a body

  app.get(
    '/v1/uploads/:uploadId/events',
    {
      // Not its 'only': that answers 406 in a shape of its own.
      sse: 'manual',
      config: {
        access: 'account',
        orTicket: (request, ticket) => redeemTicket(db, { ticket, uploadId: Object(request.params).uploadId }),
        documentation: EVENTS_DOCUMENTATION,
      },
      schema: {
        operationId: 'streamUploadEvents',
        summary: 'What happens to an upload, live',
        description: EVENTS_DESCRIPTION,
        tags: ['uploads'],
        params: Params,
        querystring: Query,
        response: {
          200: { description: 'The stream.', content: { 'text/event-stream': EVENT_STREAM } },
          204: Type.Null({ description: 'The caller has seen the end of it.' }),
          ...problems(400, 401, 403, 404, 406, 429, 503),
        },
      },
    },
    async (request, reply) => {
      if (!acceptsEventStream(request.headers.accept)) throw new Rejection('request/not-acceptable');
      const given = readLastEventId(request.headers['last-event-id'], request.query.lastEventId);
      const { uploadId } = request.params;
      const position = await findUploadPosition(db, { accountId: request.accountId, uploadId });
      if (!position) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
      const { newestSeq, state } = position;
      if (given === newestSeq && isFinal(state)) return reply.status(204).send(null);
      const after = given === undefined || given > newestSeq ? newestSeq - 1 : given;
      const leave = open.enter(request.accountId);
      try {
        const subscription = relay.subscribe({ uploadId, after });
        await stream(request, reply, { ...streaming, subscription, closing });
      } finally {
        leave();
      }
    },
  );
  ticketRoute(app, db);
};

function ticketRoute(app: Parameters<FastifyPluginAsyncTypebox>[0], db: Pool): void {
  app.post(
    '/v1/uploads/:uploadId/events/ticket',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'createUploadEventsTicket',
        summary: 'A ticket for the events of an upload',
        description: TICKET_DESCRIPTION,
        tags: ['uploads'],
        params: Params,
        response: { 201: TicketSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { uploadId } = request.params;
      const made = await createTicket(db, { accountId: request.accountId, uploadId });
      if (!made) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
      const links = { events: `/v1/uploads/${uploadId}/events?ticket=${made.ticket}` };
      return reply.status(201).send({ ticket: made.ticket, expiresAt: made.expiresAt.toISOString(), links });
    },
  );
}

const EVENT_STREAM = {
  schema: {
    type: 'object',
    description: 'Each message.',
    required: ['id', 'data'],
    properties: {
      id: { type: 'string', pattern: '^\\d{1,9}$' },
      event: { type: 'string', enum: ['message'], description: 'Not sent: that is what a message without one is.' },
      data: { type: 'string', contentMediaType: 'application/json', description: 'An `UploadEvent`.' },
    },
  },
  'x-event-data': Type.Ref('UploadEvent'),
};

/** The number to go on from; undefined without one. An empty header is what "none yet" looks like. */
function readLastEventId(header: string | string[] | undefined, query: string | undefined): number | undefined {
  const text = [header ?? ''].flat().join() || query;
  if (!text) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Rejection('request/invalid', { detail: 'Last-Event-ID is not one of ours.' });
  return Number(text);
}
