import type { Db } from './pool.ts';

export interface SealedSecret {
  readonly name: string;
  /** Of the codec key, as platform/sealing.ts writes it in front. */
  readonly keyId: string;
}

/** Everything in the database that is sealed with a codec key; who seals another column adds it here. */
export async function sealedSecrets(db: Db): Promise<readonly SealedSecret[]> {
  const { rows } = await db.query<SealedSecret>(
    `select 'webhook_endpoint.secret' as name, split_part(secret, ':', 1) as "keyId" from webhook_endpoint
     union all
     select 'webhook_endpoint.previous_secret', split_part(previous_secret, ':', 1)
       from webhook_endpoint where previous_secret is not null`,
  );
  return rows;
}
