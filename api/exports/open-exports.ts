import type { ServerResponse } from 'node:http';
import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';

export type ExportLimits = Readonly<Record<'accountExports' | 'processExportPoints', number>>;

export const EXPORT_LIMITS: ExportLimits = {
  accountExports: LIMITS.accountExports.value,
  processExportPoints: LIMITS.processExportPoints.value,
};

/** Counts the exports of this process that are under way: each holds its track in memory for as long as it is read. */
export interface OpenExports {
  /** Takes a place until the answer is over, however it ends; or refuses. */
  enter(answer: ServerResponse, asked: { readonly accountId: string; readonly points: number }): void;
}

export function countOpenExports(limits: ExportLimits): OpenExports {
  const byAccount = new Map<string, number>();
  let points = 0;
  return {
    enter: (answer, asked) => {
      const { accountId } = asked;
      const own = byAccount.get(accountId) ?? 0;
      if (own >= limits.accountExports) throw over('export/too-many-at-once', 'accountExports', limits);
      // One that is larger than all of the room has it to itself.
      if (points > 0 && points + asked.points > limits.processExportPoints)
        throw over('service/too-many-exports', 'processExportPoints', limits);
      if (answer.closed) return; // gone already, and nothing would give the place back
      byAccount.set(accountId, own + 1);
      points += asked.points;
      answer.once('close', () => {
        points -= asked.points;
        const left = (byAccount.get(accountId) ?? 0) - 1;
        if (left > 0) byAccount.set(accountId, left);
        else byAccount.delete(accountId);
      });
    },
  };
}

function over(
  code: 'export/too-many-at-once' | 'service/too-many-exports',
  limit: keyof ExportLimits,
  limits: ExportLimits,
): Rejection {
  return new Rejection(code, { limit, limitValue: limits[limit] });
}
