import { WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { liveWorkers } from '../../db/workers.ts';
import { readVersions, type Version, type Versions } from '../../platform/temporal/versions.ts';
import type { ReleaseDeps } from './here.ts';
import { nameOf } from './orders.ts';
import { type HeldRuns, heldRuns, type OpenRuns, openRunsOf } from './runs.ts';

/** What `cairn release status --json` prints; members are added, never changed. */
export interface ReleaseStatus {
  /** Of the code that runs the command. */
  readonly thisBuild: string;
  /** Null: workers without a version. */
  readonly current: string | null;
  readonly ramping: Versions['ramping'] | null;
  /** The newest first, at most twenty. */
  readonly builds: readonly BuildStatus[];
  readonly runs: HeldRuns;
}

interface BuildStatus extends Omit<Version, 'createdAt' | 'lastCurrentAt'> {
  readonly createdAt: string | null;
  readonly lastCurrentAt: string | null;
  /** Queues with their live workers. */
  readonly workers: Readonly<Record<string, number>>;
  readonly openRuns: OpenRuns;
}

const BUILDS_SHOWN = 20;

export async function releaseStatus(deps: ReleaseDeps): Promise<ReleaseStatus> {
  const { db, client, at, buildId: thisBuild } = deps;
  const versions = await readVersions(at);
  const living = await liveWorkers(db, WORKER_SILENCE_S);
  const builds = (versions?.builds ?? []).slice(0, BUILDS_SHOWN).map(async (build): Promise<BuildStatus> => {
    const workers = living.filter(({ buildId }) => buildId === build.buildId);
    const polling = Object.values(QUEUES).map((queue) => [
      queue,
      workers.filter(({ queues }) => queues.includes(queue)).length,
    ]);
    return {
      ...build,
      createdAt: build.createdAt?.toISOString() ?? null,
      lastCurrentAt: build.lastCurrentAt?.toISOString() ?? null,
      workers: Object.fromEntries(polling),
      openRuns: await openRunsOf(client, build.buildId),
    };
  });
  return {
    thisBuild,
    current: versions?.current ?? null,
    ramping: versions?.ramping ?? null,
    builds: await Promise.all(builds),
    runs: await heldRuns(client),
  };
}

export function screenOfStatus({ thisBuild, current, ramping, builds, runs }: ReleaseStatus): string {
  const width = Math.max(...builds.map(({ buildId }) => buildId.length), 0);
  const held = runs.held.length > 0 ? `HELD: ${runs.held.join(', ')}` : 'none is held';
  return [
    `current  ${nameOf(current)}`,
    ...(ramping ? [`ramping  ${ramping.buildId} with ${ramping.percent} %`] : []),
    `here     ${thisBuild}`,
    '',
    ...builds.map((build) => lineOf(build, width)),
    '',
    `of the ${runs.looked} newest open runs ${held}`,
  ].join('\n');
}

function lineOf({ buildId, status, workers, openRuns }: BuildStatus, width: number): string {
  const polled = Object.entries(workers).filter(([, live]) => live > 0);
  const byWhom = polled.length > 0 ? polled.map(([queue, live]) => `${queue} ${live}`).join(', ') : 'no live worker';
  const runs = `${openRuns.moving} open runs move on, ${openRuns.pinned} are pinned`;
  return `${buildId.padEnd(width)}  ${status.padEnd(8)}  ${runs}; ${byWhom}`;
}
