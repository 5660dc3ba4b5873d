import { crc32 } from '../checksums/crc32.ts';

/** Where a page ended: the place of its last item in the order of its list. */
export interface ListPlace {
  /** UTC with microseconds, as fine as the database orders by; null for items that have no such moment and come last. */
  readonly at: string | null;
  readonly id: string;
}

/** Names a list and its order: a cursor of one means nothing in another. */
export type ListName = string;

/**
 * A place as text that callers hand back and need not understand. It is not signed: it only says where to go on in the
 * caller's own list, so nobody gains by forging one. The checksum tells a mistyped or cut one from a good one.
 */
export function encodeCursor(list: ListName, { at, id }: ListPlace): string {
  const text = [list, at ?? '', id].join('|');
  return toBase64Url(`${text}|${crc32(text).toString(16)}`);
}

/** Undefined for what `encodeCursor` did not write for this list, whose items have ids of this form. */
export function decodeCursor(list: ListName, cursor: string, ids = UUID): ListPlace | undefined {
  const [named, at, id, ...rest] = fromBase64Url(cursor)?.split('|') ?? [];
  if (named !== list || at === undefined || id === undefined || rest.length !== 1) return undefined;
  if (!ids.test(id) || !(at === '' || isMoment(at))) return undefined;
  const place = { at: at === '' ? null : at, id };
  return encodeCursor(list, place) === cursor ? place : undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Of the calendar, too: 30 February would be a fault of the database's, not of the caller's. */
function isMoment(text: string): boolean {
  const ms = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19);
}

function toBase64Url(ascii: string): string {
  return btoa(ascii).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): string | undefined {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined;
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}
