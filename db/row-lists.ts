import type { Prepared } from './pool.ts';

/**
 * A statement about several rows, each given as values of these types. Prepared once for each number of rows; for a single one
 * Postgres plans it as if the values stood in its text, so whoever has one row pays nothing for the others.
 */
export function forRows(
  name: string,
  types: readonly string[],
  text: (values: string) => string,
): (count: number) => Prepared {
  const made = new Map<number, Prepared>();
  return (count) => {
    const statement = made.get(count) ?? { name: `${name}-${count}`, text: text(valuesOf(types, count)) };
    made.set(count, statement);
    return statement;
  };
}

/** `values ($1::uuid, $2::int), ($3::uuid, $4::int)` */
function valuesOf(types: readonly string[], count: number): string {
  const row = (at: number) => `(${types.map((type, i) => `$${at * types.length + i + 1}::${type}`).join(', ')})`;
  return `values ${Array.from({ length: count }, (_, at) => row(at)).join(', ')}`;
}
