import type { Db } from './pool.ts';

export interface OpenedPayloads {
  /** Whose request it was. */
  readonly address: string;
  /** Of Temporal; null: it was not said. */
  readonly namespace: string | null;
  /** How many payloads were opened. */
  readonly sealed: number;
}

/**
 * Writes down that payloads were opened for the Temporal Web UI. A page of it asks dozens of times, so what one address asks for
 * within a minute is one row, which counts.
 */
export async function noteOpenedPayloads(db: Db, { address, namespace, sealed }: OpenedPayloads): Promise<void> {
  await db.query(
    `with asked as (select jsonb_build_object('address', $1::text, 'namespace', $2::text) as who),
          recent as (select id from ops_audit, asked
                      where at > now() - interval '1 minute' and action = 'payloads.opened' and facts @> who
                      order by id desc limit 1 for update of ops_audit),
          added as (update ops_audit a
                       set facts = facts || jsonb_build_object('requests', (facts->>'requests')::int + 1,
                                                               'payloads', (facts->>'payloads')::int + $3::int)
                      from recent where a.id = recent.id returning a.id)
     insert into ops_audit (actor, action, reason, facts)
     select 'temporal-ui', 'payloads.opened', 'shown in the Temporal Web UI',
            who || jsonb_build_object('requests', 1, 'payloads', $3::int)
       from asked where not exists (select from added)`,
    [address, namespace, sealed],
  );
}
