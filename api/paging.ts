import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { Rejection } from '../contracts/rejections.ts';
import { LIMITS } from '../domain/limits/limits.ts';
import { decodeCursor, encodeCursor, type ListName, type ListPlace } from '../domain/lists/cursor.ts';

/** Lists by cursor: never an offset, so a page costs the same however deep it lies, and nothing is shown twice or left out. */

export const ITEMS_BY_DEFAULT = 20;

/** What every list takes in its query. */
export const PAGE_QUERY = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIMITS.pageItems.value,
      default: ITEMS_BY_DEFAULT,
      description: 'Items of a page, at most.',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 400, description: '`next` of the page before, as it was given. Filters may not change.' }),
  ),
};

/** A text that Postgres can compare: it knows no NUL. */
export const filterText = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000]*$', description }));

const EXAMPLE = encodeCursor('tracks.createdAt', {
  at: '2026-05-01T08:00:59.123456Z',
  id: '01a1f7e2-0c4d-7c3a-9b1e-4f5a6b7c8d9e',
});

/** What every list answers. */
export function pageOf(item: TSchema) {
  return {
    items: Type.Array(item),
    next: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      examples: [EXAMPLE],
      description: 'The `cursor` of the next page; null on the last. The header `Link` has its whole address.',
    }),
  };
}

export const PAGE_DOCUMENTATION = {
  responseHeaders: {
    link: {
      type: 'string',
      description: 'The address of the next page (RFC 8288), filters and all; absent on the last.',
      examples: [`</v1/tracks?limit=20&cursor=${EXAMPLE}>; rel="next"`],
    },
  },
} as const;

/** Throws `request/bad-cursor`. `ids`: the form of the items' ids, where they are no uuids. */
export function readCursor(list: ListName, cursor: string | undefined, ids?: RegExp): ListPlace | undefined {
  if (cursor === undefined) return undefined;
  const place = decodeCursor(list, cursor, ids);
  if (!place) throw new Rejection('request/bad-cursor');
  return place;
}

/** Items are asked for one more than `limit`, which tells whether there is a next page. */
export function pageFrom<Row extends { id: string; place: string | null }, Item>(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  list: ListName,
  { rows, limit, view }: { rows: readonly Row[]; limit: number; view: (row: Row) => Item },
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = last && rows.length > limit ? encodeCursor(list, { at: last.place, id: last.id }) : null;
  if (next !== null) reply.header('link', `<${addressWith(request, next)}>; rel="next"`);
  return { items: shown.map(view), next };
}

/** A reference relative to the request's host: a proxy may have given it another name. */
function addressWith(request: FastifyRequest, cursor: string): string {
  const { pathname, searchParams } = new URL(request.url, 'http://host');
  searchParams.set('cursor', cursor);
  return `${pathname}?${searchParams}`;
}
