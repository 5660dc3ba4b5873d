import {
  dryStripeReplay,
  replayStripeEventById,
  replayStripeEvents,
  STRIPE_REPLAY_RATE_PER_MINUTE,
  type StripeReplayOrder,
  type StripeReplayOutcome,
} from '../../api/ops/stripe-replay.ts';
import { stripeEventView } from '../../api/ops/stripe-views.ts';
import type { Pool } from '../../db/pool.ts';
import { findStripeEvent } from '../../db/stripe-event-lists.ts';
import { type ConfirmOptions, confirm } from '../confirm.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import type { OrderOptions } from './events.ts';
import { type FilterOptions, filterOf } from './filter.ts';

export interface ReplayOptions extends FilterOptions, OrderOptions, ConfirmOptions {
  readonly rate: string;
  readonly json?: true;
}

/** Counts, asks, and does it; the dispatcher of a running API finds what is due within two seconds. */
export async function replayEvents(db: Pool, id: string | undefined, options: ReplayOptions): Promise<void> {
  if (options.yes && options.dryRun) throw new UsageError('--yes and --dry-run exclude each other');
  if (id !== undefined) return replayThis(db, id, options);
  const [by, order] = [orderedBy(options), orderOf(options)];
  const dry = await dryStripeReplay(db, order);
  const question = `replay ${dry.count} events, ${order.ratePerMinute} a minute?`;
  const confirmed = dry.count > 0 && (await confirm(options, question));
  const outcome = confirmed ? await replayStripeEvents(db, order, by) : dry;
  if (options.json) console.log(JSON.stringify({ dryRun: !confirmed, ...outcome, ratePerMinute: order.ratePerMinute }));
  else tell(outcome, confirmed);
}

async function replayThis(db: Pool, id: string, options: ReplayOptions): Promise<void> {
  const by = { ...orderedBy(options), traceParent: null };
  const found = await findStripeEvent(db, id);
  if (!found) throw new UsageError(`there is no event ${id}`);
  const question = `replay ${id}, ${found.type}, ${found.state}${found.reason === null ? '' : `, ${found.reason}`}?`;
  if (!(await confirm(options, question))) {
    if (options.json) return console.log(JSON.stringify({ dryRun: true, event: stripeEventView(found) }));
    return console.log(`${question} Nothing was done; say --yes to do it.`);
  }
  const replayed = (await replayStripeEventById(db, id, by))?.replayed ?? false;
  if (options.json) return console.log(JSON.stringify({ dryRun: false, replayed }));
  console.log(replayed ? `${id} is processed again.` : `${id} is open already: nothing was done.`);
}

function orderOf(options: ReplayOptions): StripeReplayOrder {
  const ratePerMinute = Number(options.rate);
  const { least, most } = STRIPE_REPLAY_RATE_PER_MINUTE;
  if (!(ratePerMinute >= least && ratePerMinute <= most)) throw new UsageError(`--rate must be ${least} to ${most}`);
  const { state = 'dead', ...filter } = filterOf(options);
  if (state === 'received' || state === 'processing') throw new UsageError('what is open needs no replay');
  return { filter: { ...filter, state, endedBefore: new Date(Date.now() + 1) }, ratePerMinute };
}

function tell({ count, byReason, left, lastDueAt }: StripeReplayOutcome, done: boolean): void {
  if (byReason.length > 0) console.table(byReason);
  if (left > 0) console.log(`left for another order: ${left}`);
  if (!done) console.log(count > 0 ? `${count} would be replayed; say --yes to do it.` : 'nothing to replay');
  else console.log(`${count} are replayed, the last one begins at ${lastDueAt?.toISOString() ?? 'once'}`);
}
