import type { ExportFormat } from '../../contracts/exports.ts';
import { PLANS, type Plan } from '../../contracts/plans.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type { StoredStatistics } from '../../contracts/track.ts';
import type { ExportAllowance, ExportPolicy } from '../limits/export-policy.ts';

export interface ExportAsked {
  readonly plan: Plan;
  readonly format: ExportFormat;
  readonly points: number;
}

/** What the plan allows of this format, or a `Rejection` that says which limit stands in the way. */
export function allowanceFor(policy: ExportPolicy, asked: ExportAsked): ExportAllowance {
  const { plan, format, points } = asked;
  const allowance = policy[plan][format];
  if (!allowance) {
    const others = PLANS.filter((other) => policy[other][format] !== undefined);
    const where = others.length > 0 ? `it is part of ${others.join(' and ')}` : 'no plan holds it';
    throw new Rejection('export/not-entitled', {
      detail: `The plan ${plan} does not export ${format.toUpperCase()}: ${where}.`,
    });
  }
  if (points <= allowance.points) return allowance;
  throw new Rejection('export/too-many-points', {
    detail: `The track has ${points} points; the plan ${plan} exports ${format.toUpperCase()} up to ${allowance.points}.`,
    limit: `exports.${plan}.${format}.points`,
    limitValue: allowance.points,
  });
}

/** Throws when the format has no way to hold such a track. */
export function refuseUnfit(
  format: ExportFormat,
  { startedAt, start }: Pick<StoredStatistics, 'startedAt' | 'start'>,
): void {
  if (format === 'fit' && startedAt === null) throw new Rejection('export/no-times');
  if (format !== 'fit' && start === null) throw new Rejection('export/no-positions');
}

/** Throws when one more track would pass the month's limit. */
export function refuseBeyondMonth({ plan, format }: ExportAsked, most: number | null, usedOfMonth: number): void {
  if (most === null || usedOfMonth < most) return;
  throw new Rejection('export/limit-reached', {
    detail: `The plan ${plan} exports ${most} tracks a month as ${format.toUpperCase()}; this month they are used up.`,
    limit: `exports.${plan}.${format}.tracksPerMonth`,
    limitValue: most,
  });
}
