import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { type ListedTrack, type TrackOrder, tracksOf } from '../../db/track-lists.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import {
  filterText,
  ITEMS_BY_DEFAULT,
  PAGE_DOCUMENTATION,
  PAGE_QUERY,
  pageFrom,
  pageOf,
  readCursor,
} from '../paging.ts';
import { problems } from '../schemas.ts';
import { trackLinks } from '../tracks/links.ts';

const Query = Type.Object({
  ...PAGE_QUERY,
  order: Type.Optional(
    Type.Unsafe<TrackOrder>({
      enum: ['createdAt', 'startedAt'],
      default: 'createdAt',
      description: 'Newest first by this; by `startedAt` tracks without times come last.',
    }),
  ),
  sport: filterText(LIMITS.sportCharacters.value, 'Exactly this, as tracks show it.'),
  from: Type.Optional(
    Type.String({ format: 'date-time', description: 'Started at or after this.', examples: ['2026-05-01T00:00:00Z'] }),
  ),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Started before this.' })),
});

const DESCRIPTION = `Newest first. By default that is the order in which tracks were made, so a site that looks for what is
new stops at the first one it knows; with \`order=startedAt\` it is the order of the rides themselves. A cursor belongs to its
order. Every track that is there from the first page to the last is listed once, whatever is added or deleted meanwhile.
Items leave out what is long, as \`laps\` and \`summary\`. Filters on \`startedAt\` leave out tracks without times.`;

/** An account's tracks. */
export const trackListRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.get(
    '/v1/tracks',
    {
      config: { access: 'account', documentation: PAGE_DOCUMENTATION },
      schema: {
        operationId: 'listTracks',
        summary: 'Own tracks, newest first',
        description: DESCRIPTION,
        tags: ['tracks'],
        querystring: Query,
        response: {
          200: Type.Object(pageOf(Type.Ref('TrackSummary')), { description: 'A page.' }),
          ...problems(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const { limit = ITEMS_BY_DEFAULT, order = 'createdAt', cursor, sport = null } = request.query;
      const list = `tracks.${order}`;
      const rows = await tracksOf(db, {
        accountId: request.accountId,
        order,
        after: readCursor(list, cursor),
        limit: limit + 1,
        sport,
        from: readMoment('from', request.query.from),
        to: readMoment('to', request.query.to),
      });
      return pageFrom({ request, reply }, list, { rows, limit, view: summaryView });
    },
  );
};

/** What the schema lets through is nearly always a moment; the year 0 and leap seconds are not. */
function readMoment(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const moment = new Date(text);
  const year = moment.getUTCFullYear();
  if (year >= 1 && year <= 9999) return moment;
  throw new Rejection('request/invalid', { detail: `${name} is not a moment that can be compared.` });
}

function summaryView(track: ListedTrack & { place?: unknown }) {
  const { statistics, place: _, ...rest } = track;
  const links = trackLinks(track.id);
  return { ...statistics, ...rest, createdAt: track.createdAt.toISOString(), links };
}
