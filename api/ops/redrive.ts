import { REJECTIONS } from '../../contracts/rejections.ts';
import type { DeadLetterFilter } from '../../db/dead-letters.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import {
  countSelection,
  lockRedrives,
  type Obstacle,
  type RedriveCount,
  type RedriveSelection,
  redriveSelection,
  type SelectionCount,
} from '../../db/redrives.ts';
import { isPlaceTaken } from '../../db/upload-runs.ts';
import {
  codesOfKinds,
  FAILURE_KINDS,
  type FailureKind,
  MAY_END_DIFFERENTLY,
} from '../../domain/upload/failure-kinds.ts';

/** What an operator asks for. Without code and kind, failures that the same bytes will meet again are passed over. */
export interface RedriveOrder {
  readonly filter: RedriveFilter & { readonly to: Date };
  readonly code?: string | undefined;
  readonly kind?: FailureKind | undefined;
  readonly ratePerMinute: number;
}

type RedriveFilter = Omit<DeadLetterFilter, 'codes'>;

export interface RedriveOutcome {
  /** Re-driven; of a dry run: that would be. */
  readonly count: number;
  readonly byCode: { code: string; count: number }[];
  readonly skipped: { obstacle: Obstacle; count: number }[];
  /** Over the limit of one order: ask again for the rest. */
  readonly left: number;
  /** When the last one is due. */
  readonly lastDueAt?: Date;
  readonly auditId?: number;
}

/** One statement of 0.5 s, and 1.8 s at a load of 20 on 2 cores, far from the 10 s that a statement may take. */
export const REDRIVEN_AT_ONCE = 5_000;
export const RATE_PER_MINUTE = { least: 1, byDefault: 60, most: 6_000 } as const;
export const REASON_CHARACTERS_AT_LEAST = 10;

export async function dryRedrive(db: Pool, order: RedriveOrder): Promise<RedriveOutcome> {
  const counts = await countSelection(db, selectionOf(order));
  const open = counts.filter(({ obstacle }) => obstacle === null);
  const found = sum(open);
  const count = Math.min(found, REDRIVEN_AT_ONCE);
  const byCode = open.map(({ code, count }) => ({ code, count }));
  return { count, byCode, skipped: skippedOf(counts), left: found - count };
}

/** Another upload of the same bytes may become durable in the very moment; then the selection is made anew. */
const TRIES_AT_MOST = 5;

/** Every row once, whatever is asked at the same moment; the rate is in the rows, so nobody waits for it here. */
export async function redrive(
  db: Pool,
  order: RedriveOrder,
  by: { actor: string; reason: string },
): Promise<RedriveOutcome> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction(async (tx) => {
        await lockRedrives(tx);
        const pace = { everyS: 60 / order.ratePerMinute, limit: REDRIVEN_AT_ONCE };
        const outcome = outcomeOf(await redriveSelection(tx, selectionOf(order), pace));
        const auditId = await recordOpsAction(tx, {
          ...by,
          action: 'uploads.redrive',
          facts: { ...order, ...outcome },
        });
        return { ...outcome, auditId };
      });
    } catch (error) {
      if (!isPlaceTaken(error) || tries === TRIES_AT_MOST) throw error;
    }
  }
}

/** What fails from now on is another matter, so that a dry run and what follows it speak of the same. */
export function upToNow(filter: RedriveFilter): RedriveOrder['filter'] {
  return { ...filter, to: filter.to ?? new Date(Date.now() + 1) }; // rows know microseconds
}

function selectionOf({ filter, code, kind }: RedriveOrder): RedriveSelection {
  const codes = codesAsked({ code, kind });
  const offered = codes ? codesOfKinds(FAILURE_KINDS) : codesOfKinds(MAY_END_DIFFERENTLY);
  return { filter: { ...filter, codes }, offered };
}

/** The codes that a code and a kind leave over; undefined: any. */
export function codesAsked(asked: { code?: string | undefined; kind?: FailureKind | undefined }) {
  const { code, kind } = asked;
  const ofKind = kind && codesOfKinds([kind]);
  if (code === undefined) return ofKind;
  return ofKind ? ofKind.filter((each) => each === code) : [code];
}

export function kindOf(code: string): FailureKind {
  const known = codesOfKinds(FAILURE_KINDS).find((each) => each === code);
  return known ? REJECTIONS[known].kind : 'bug'; // of a newer build than this
}

function outcomeOf(counts: readonly RedriveCount[]): RedriveOutcome {
  const begun = counts.filter(({ redriven }) => redriven > 0);
  const byCode = begun.map(({ code, redriven }) => ({ code, count: redriven }));
  const last = begun.flatMap(({ lastDueAt }) => (lastDueAt ? [lastDueAt.getTime()] : []));
  const found = sum(counts.filter(({ obstacle }) => obstacle === null));
  return {
    count: sum(byCode),
    byCode,
    skipped: skippedOf(counts),
    left: Math.max(0, found - REDRIVEN_AT_ONCE),
    ...(last.length > 0 && { lastDueAt: new Date(Math.max(...last)) }),
  };
}

function skippedOf(counts: readonly SelectionCount[]): { obstacle: Obstacle; count: number }[] {
  const obstacles = [...new Set(counts.flatMap(({ obstacle }) => obstacle ?? []))].sort();
  return obstacles.map((obstacle) => ({ obstacle, count: sum(counts.filter((each) => each.obstacle === obstacle)) }));
}

function sum(counts: readonly { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
