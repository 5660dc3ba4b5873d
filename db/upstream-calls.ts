import type { Db } from './pool.ts';

export interface CountedCalls {
  readonly outcome: string;
  readonly calls: number;
  readonly seconds: number;
}

/** Adds calls to what all processes have counted. */
export async function countUpstreamCalls(
  db: Db,
  counted: { upstream: string; region: string; calls: readonly CountedCalls[] },
): Promise<void> {
  const { upstream, region, calls } = counted;
  if (calls.length === 0) return;
  const ordered = [...calls].sort((one, other) => one.outcome.localeCompare(other.outcome)); // or two would deadlock
  await db.query(
    `insert into upstream_calls (upstream, region, outcome, calls, seconds)
     select $1, $2, * from unnest($3::text[], $4::bigint[], $5::float[])
     on conflict (upstream, region, outcome) do update
        set calls = upstream_calls.calls + excluded.calls, seconds = upstream_calls.seconds + excluded.seconds`,
    [
      upstream,
      region,
      ordered.map(({ outcome }) => outcome),
      ordered.map((each) => each.calls),
      ordered.map((each) => each.seconds),
    ],
  );
}
