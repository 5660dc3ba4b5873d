import { Rejection, type RejectionCode } from '../../contracts/rejections.ts';
import { LIMITS, type LimitName } from '../../domain/limits/limits.ts';

export type StreamLimits = Readonly<Record<'accountStreams' | 'processStreams', number>>;

export const STREAM_LIMITS: StreamLimits = {
  accountStreams: LIMITS.accountStreams.value,
  processStreams: LIMITS.processStreams.value,
};

/** Counts the open streams of this process; each holds memory and a descriptor. */
export interface OpenStreams {
  /** Takes a place, or refuses; gives it back when called. */
  enter(accountId: string): () => void;
}

export function countOpenStreams(limits: StreamLimits): OpenStreams {
  const byAccount = new Map<string, number>();
  let all = 0;
  return {
    enter: (accountId) => {
      const own = byAccount.get(accountId) ?? 0;
      if (own >= limits.accountStreams) throw over('events/too-many-streams', 'accountStreams', limits);
      if (all >= limits.processStreams) throw over('service/too-many-streams', 'processStreams', limits);
      byAccount.set(accountId, own + 1);
      all++;
      return () => {
        all--;
        const left = (byAccount.get(accountId) ?? 0) - 1;
        if (left > 0) byAccount.set(accountId, left);
        else byAccount.delete(accountId);
      };
    },
  };
}

function over(code: RejectionCode, limit: LimitName & keyof StreamLimits, limits: StreamLimits): Rejection {
  return new Rejection(code, { limit, limitValue: limits[limit] });
}
