import {
  dryRedrive,
  RATE_PER_MINUTE,
  type RedriveOrder,
  type RedriveOutcome,
  redrive,
  upToNow,
} from '../../api/ops/redrive.ts';
import { redriveOne } from '../../api/ops/redrive-one.ts';
import { findOpsUpload } from '../../db/dead-letters.ts';
import type { Pool } from '../../db/pool.ts';
import { confirm } from '../confirm.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import { type FilterOptions, filterOf } from './filter.ts';

export interface RedriveOptions extends FilterOptions {
  readonly reason: string;
  readonly rate: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Counts, asks, and does it; the dispatcher of a running API finds what is due within two seconds. */
export async function redriveUploads(db: Pool, id: string | undefined, options: RedriveOptions): Promise<void> {
  if (options.yes && options.dryRun) throw new UsageError('--yes and --dry-run exclude each other');
  const by = orderedBy(options);
  if (id !== undefined) return redriveThis(db, id, { ...options, ...by });
  const ratePerMinute = Number(options.rate);
  if (!(ratePerMinute >= RATE_PER_MINUTE.least && ratePerMinute <= RATE_PER_MINUTE.most)) {
    throw new UsageError(`--rate must be ${RATE_PER_MINUTE.least} to ${RATE_PER_MINUTE.most}`);
  }
  const order: RedriveOrder = {
    filter: upToNow(filterOf(options)),
    code: options.code,
    kind: options.kind,
    ratePerMinute,
  };
  const dry = await dryRedrive(db, order);
  const confirmed =
    dry.count > 0 && (await confirm(options, `re-drive ${dry.count} uploads, ${ratePerMinute} a minute?`));
  const outcome = confirmed ? await redrive(db, order, by) : dry;
  if (options.json) console.log(JSON.stringify({ dryRun: !confirmed, ...outcome, ratePerMinute }));
  else tell(outcome, confirmed);
}

async function redriveThis(
  db: Pool,
  id: string,
  by: { actor: string; reason: string } & RedriveOptions,
): Promise<void> {
  const found = /^[0-9a-f-]{36}$/i.test(id) ? await findOpsUpload(db, id) : undefined;
  if (!found) throw new UsageError(`there is no upload ${id}`);
  const question = `re-drive ${id}, ${found.state}, ${found.failure?.code ?? 'no failure'}?`;
  if (!(await confirm(by, question))) return console.log(`${question} Nothing was done; say --yes to do it.`);
  const done = await redriveOne(db, id, { actor: by.actor, reason: by.reason, traceParent: null });
  if (by.json) return console.log(JSON.stringify({ redriven: done?.redriven ?? false }));
  console.log(
    done?.redriven ? `${id} is processed again.` : `${id} is open already, or did not fail: nothing was done.`,
  );
}

function tell({ count, byCode, skipped, left, lastDueAt }: RedriveOutcome, done: boolean): void {
  if (byCode.length > 0) console.table(byCode);
  for (const { obstacle, count: passed } of skipped) console.log(`passed over, ${obstacle}: ${passed}`);
  if (left > 0) console.log(`left for another order: ${left}`);
  if (!done) console.log(count > 0 ? `${count} would be re-driven; say --yes to do it.` : 'nothing to re-drive');
  else console.log(`${count} are re-driven, the last one begins at ${lastDueAt?.toISOString() ?? 'once'}`);
}
