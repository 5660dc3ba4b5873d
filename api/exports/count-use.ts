import { countExport, type ExportUse, exportsOfMonth, lockExports } from '../../db/exports.ts';
import type { Pool } from '../../db/pool.ts';
import { type ExportAsked, refuseBeyondMonth } from '../../domain/export/allow-export.ts';
import type { ExportAllowance } from '../../domain/limits/export-policy.ts';

/**
 * Counts an export against the month's limit, or throws. The same track in the same format counts once a month, so a
 * download may be repeated. However many come at once, the limit is not passed: they count one after another.
 */
export async function countUse(
  db: Pool,
  use: ExportUse,
  asked: ExportAsked,
  { tracksPerMonth }: ExportAllowance,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockExports(tx, use.accountId);
    const { used, isCounted } = await exportsOfMonth(tx, use);
    if (isCounted) return;
    refuseBeyondMonth(asked, tracksPerMonth, used);
    await countExport(tx, use);
  });
}

/** The same answer without counting. */
export async function couldUse(
  db: Pool,
  use: ExportUse,
  asked: ExportAsked,
  { tracksPerMonth }: ExportAllowance,
): Promise<void> {
  const { used, isCounted } = await exportsOfMonth(db, use);
  if (!isCounted) refuseBeyondMonth(asked, tracksPerMonth, used);
}
