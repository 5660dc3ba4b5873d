import type { ObjectRef } from '../domain/billing/mirrors.ts';
import type { Db, Tx } from './pool.ts';

export interface Drift extends ObjectRef {
  readonly livemode: boolean;
  /** Names of fields, never what is in them. */
  readonly fields: readonly string[];
}

export interface KnownDrift extends Drift {
  readonly foundAt: Date;
  readonly seenAt: Date;
}

export async function recordDrift(tx: Tx, { kind, id, livemode, fields }: Drift): Promise<void> {
  await tx.query(
    `insert into stripe_drift as known (kind, id, livemode, fields) values ($1, $2, $3, $4)
     on conflict (kind, id) do update
        set fields = $4, seen_at = now(), ended_at = null,
            found_at = case when known.ended_at is null then known.found_at else now() end`,
    [kind, id, livemode, fields],
  );
}

/** It was repaired. */
export async function endDrift(tx: Tx, { kind, id }: ObjectRef): Promise<void> {
  await tx.query('update stripe_drift set ended_at = now() where kind = $1 and id = $2 and ended_at is null', [
    kind,
    id,
  ]);
}

/** What a look that began then, and has gone through everything of that mode, has not found any more. How many. */
export async function endDriftNotSeenSince(tx: Tx, livemode: boolean, since: Date): Promise<number> {
  const { rowCount } = await tx.query(
    'update stripe_drift set ended_at = now() where livemode = $1 and ended_at is null and seen_at < $2',
    [livemode, since],
  );
  return rowCount ?? 0;
}

/** What differs as far as anybody has looked, the longest known first. */
export async function openDrift(db: Db, { limit }: { limit: number }): Promise<readonly KnownDrift[]> {
  const { rows } = await db.query<KnownDrift>(
    `select kind, id, livemode, fields, found_at as "foundAt", seen_at as "seenAt"
       from stripe_drift where ended_at is null order by found_at, kind, id limit $1`,
    [limit],
  );
  return rows;
}
