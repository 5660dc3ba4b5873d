import { setTimeout as pause } from 'node:timers/promises';
import {
  dryReprocess,
  orderReprocess,
  REPROCESS_RATE_PER_MINUTE,
  type ReprocessOutlook,
  type ReprocessView,
  reprocessView,
} from '../../api/ops/reprocess-orders.ts';
import type { Plan } from '../../contracts/plans.ts';
import type { Pool } from '../../db/pool.ts';
import type { ReprocessFilter } from '../../db/reprocess-selection.ts';
import { confirm } from '../confirm.ts';
import { momentOf } from '../moments.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import { tellOrder } from './orders.ts';

export interface ReprocessOptions {
  readonly state?: 'ready' | 'failed';
  readonly code?: string;
  readonly pipelineBelow?: string;
  readonly pipeline?: string;
  readonly plan?: Plan;
  readonly receivedSince?: string;
  readonly receivedUntil?: string;
  readonly since?: string;
  readonly until?: string;
  readonly account?: string;
  readonly rate: string;
  readonly reason: string;
  readonly wait: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Counts, asks, and gives the order: a running API starts it within two seconds, and a worker carries it out. */
export async function reprocessAll(db: Pool, options: ReprocessOptions): Promise<number> {
  if (options.yes && options.dryRun) throw new UsageError('--yes and --dry-run exclude each other');
  const by = orderedBy(options);
  const ratePerMinute = rateOf(options.rate);
  const waitMs = waitOf(options.wait);
  const filter = filterOf(options);
  const dry = await dryReprocess(db, filter);
  const question = `process ${dry.count} uploads again, at most ${ratePerMinute} a minute?`;
  if (!(dry.count > 0 && (await confirm(options, question)))) {
    tellDry(dry, options);
    return 0;
  }
  const { orderId } = await orderReprocess(db, { filter, ratePerMinute }, by);
  const order = await lookUntil(db, orderId, waitMs);
  tellOrder(order, options);
  return exitCodeOf(order);
}

/** Throws `UsageError`. */
export function rateOf(text: string): number {
  const { least, most } = REPROCESS_RATE_PER_MINUTE;
  const rate = Number(text);
  if (!(rate >= least && rate <= most)) throw new UsageError(`--rate must be ${least} to ${most}`);
  return rate;
}

/** 2: it is not done, or something of it has failed; nobody shall take that for done. */
export function exitCodeOf({ state, failed, handedOver }: ReprocessView): number {
  return state === 'done' && failed === 0 && handedOver === 0 ? 0 : 2;
}

const WAIT_AT_MOST_MS = 86_400_000;
const LOOK_EVERY_MS = 500;

async function lookUntil(db: Pool, orderId: number, waitMs: number): Promise<ReprocessView> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    const order = await reprocessView(db, orderId);
    const goesOn = order.state === 'received' || order.state === 'running';
    if (!goesOn || performance.now() >= giveUpAt) return order;
    await pause(LOOK_EVERY_MS);
  }
}

function waitOf(text: string): number {
  const waitMs = Number(text) * 1_000;
  if (!(waitMs >= 0 && waitMs <= WAIT_AT_MOST_MS)) throw new UsageError('--wait must be 0 to 86400 seconds');
  return waitMs;
}

function filterOf(options: ReprocessOptions): ReprocessFilter {
  const moment = (option: string, text: string | undefined) => momentOf(option, text)?.toISOString();
  return {
    state: options.state,
    code: options.code,
    pipelineBelow: versionOf('--pipeline-below', options.pipelineBelow),
    pipelineVersion: versionOf('--pipeline', options.pipeline),
    plan: options.plan,
    receivedFrom: moment('--received-since', options.receivedSince),
    receivedTo: moment('--received-until', options.receivedUntil),
    endedFrom: moment('--since', options.since),
    endedTo: moment('--until', options.until),
    account: options.account,
  };
}

function versionOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`${option} is the number of a pipeline version`);
  return Number(text);
}

function tellDry(dry: ReprocessOutlook, { json }: { json?: true }): void {
  if (json) {
    console.log(JSON.stringify({ dryRun: true, ...dry }));
    return;
  }
  if (dry.count > 0) console.table(dry.byPipelineVersion);
  for (const { obstacle, count } of dry.skipped) console.log(`passed over, ${obstacle}: ${count}`);
  console.log(
    dry.count > 0 ? `${dry.count} would be processed again; say --yes to do it.` : 'nothing to process again',
  );
}
