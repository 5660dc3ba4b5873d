import type { Versions } from '../platform/temporal/versions.ts';

/** Who makes a new build current: its first workers, or an operator (`cairn release`). */
export type TakeOverPolicy = 'at-start' | 'by-order';

export interface TakeOverFacts {
  /** Undefined: no worker with a version has ever polled. */
  readonly versions: Versions | undefined;
  /** Of this worker; null: it has no version. */
  readonly buildId: string | null;
  /** Of every worker that lives by its row, this one's too. */
  readonly livingBuilds: readonly (string | null)[];
  readonly policy: TakeOverPolicy;
}

export interface Stand {
  /** Whether new work comes to workers of this build. */
  readonly serves: boolean;
  /** Why this build is to be made current, if it is. */
  readonly takeOver?: 'first build' | 'new build' | 'nobody else lives';
}

/**
 * What a worker is to do about being current. A run is never left to a build that nobody polls: whatever the policy, a build that lives
 * takes over from one of which no worker does. Otherwise a build makes itself current once in its life, so that an old worker which is
 * restarted in the middle of a release, or after a rollback, takes nothing back.
 */
export function standOf({ versions, buildId, livingBuilds, policy }: TakeOverFacts): Stand {
  const current = versions?.current ?? null;
  if (current === buildId) return { serves: true };
  const mine = versions?.builds.find((build) => build.buildId === buildId);
  const serves = versions?.ramping?.buildId === buildId;
  if (buildId !== null && !mine) return { serves }; // not registered yet: its first poll is on its way
  const noneWasEverCurrent = versions?.builds.every(({ lastCurrentAt }) => !lastCurrentAt) ?? true;
  if (current === null && noneWasEverCurrent) return { serves, takeOver: 'first build' };
  if (policy === 'at-start' && mine?.status === 'inactive') return { serves, takeOver: 'new build' };
  if (!livingBuilds.includes(current)) return { serves, takeOver: 'nobody else lives' };
  return { serves };
}
