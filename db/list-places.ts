import type { ListPlace } from '../domain/lists/cursor.ts';

/** An item of a list with its place there. */
export type Placed<Item> = Item & { readonly place: string | null };

/** The moment of a place as text, by a column or expression; null for `-infinity`, which stands for none. */
export function placeText(moment: string): string {
  return `case when isfinite(${moment}) then to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end`;
}

/**
 * The two values that `(moment, id) < ($n, $m)` compares with. Without a place it is above every row, so that the first
 * page is read from the index by the very same condition.
 */
export function placeValues(after: ListPlace | undefined): readonly [string, string] {
  if (!after) return ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
  return [after.at ?? '-infinity', after.id];
}
