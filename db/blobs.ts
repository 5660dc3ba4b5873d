import type { Tx } from './pool.ts';

/**
 * A blob is shared by all uploads of the same bytes. Whoever adds a row for it publishes it under the shared lock of its
 * key; whoever takes it away looks for rows under the exclusive one. So a blob is never removed between the moment in which
 * an upload finds it there and the commit of that upload's row. Both locks last until the end of the transaction.
 */
export async function lockBlobForUse(tx: Tx, blobKey: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(${LOCK_OF_KEY})`, [blobKey]);
}

/** 64 bits of the key, away from other locks by the seed; two keys that meet only wait for each other. */
const LOCK_OF_KEY = 'hashtextextended($1, 7243005)';
