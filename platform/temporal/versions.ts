import { type ConnectionLike, isGrpcServiceError } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';

/** Under which name Temporal knows all worker processes of an installation; each build is a version of it. */
export const DEPLOYMENT = 'cairn';

/** Whom to ask: a client's or a worker's connection, and the namespace. */
export interface VersionsAt {
  readonly connection: ConnectionLike;
  readonly namespace: string;
  /** Temporal keeps who changed something last. */
  readonly identity: string;
}

export interface Versions {
  /** The build that gets new runs, and those that move on; null: workers without a version. */
  readonly current: string | null;
  /** A build that gets a part of them. */
  readonly ramping: { readonly buildId: string; readonly percent: number } | undefined;
  /** The newest first. */
  readonly builds: readonly Version[];
  /** False: task queues do not yet all know what was changed last. */
  readonly isSettled: boolean;
  /** Of what was read: whoever changes something by it fails when somebody else was first. */
  readonly token: Uint8Array;
}

export interface Version {
  readonly buildId: string;
  readonly status: VersionStatus;
  readonly createdAt: Date | undefined;
  /** When it last became or stopped being current; undefined: it never was. */
  readonly lastCurrentAt: Date | undefined;
}

/**
 * Temporal's own words. `inactive`: has polled and never got work. `draining`: is current no more, and runs that are pinned to it may
 * be open. `drained`: there are none.
 */
export type VersionStatus = 'inactive' | 'current' | 'ramping' | 'draining' | 'drained' | 'unknown';

/** Undefined: no worker with a version has ever polled. */
export async function readVersions({ connection, namespace }: VersionsAt): Promise<Versions | undefined> {
  const asked = { namespace, deploymentName: DEPLOYMENT };
  const ask = () => connection.workflowService.describeWorkerDeployment(asked);
  const answer = await inTime(connection, ask).catch((error: unknown) => {
    if (isGrpcServiceError(error) && error.code === NOT_FOUND) return undefined;
    throw error;
  });
  const { workerDeploymentInfo: info, conflictToken } = answer ?? {};
  if (!info) return undefined;
  const { currentDeploymentVersion, rampingDeploymentVersion, rampingVersionPercentage } = info.routingConfig ?? {};
  const ramping = rampingDeploymentVersion?.buildId;
  const builds = (info.versionSummaries ?? []).map((summary): Version => {
    return {
      buildId: summary.deploymentVersion?.buildId ?? '',
      status: STATUSES[summary.status ?? 0] ?? 'unknown',
      createdAt: optionalTsToDate(summary.createTime),
      lastCurrentAt: optionalTsToDate(summary.lastCurrentTime ?? summary.currentSinceTime),
    };
  });
  return {
    current: currentDeploymentVersion?.buildId ?? null,
    ramping: ramping ? { buildId: ramping, percent: rampingVersionPercentage ?? 0 } : undefined,
    builds: builds.sort((one, other) => (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0)),
    isSettled: info.routingConfigUpdateState !== IN_PROGRESS,
    token: conflictToken ?? new Uint8Array(),
  };
}

const NOT_FOUND = 5;

const { WorkerDeploymentVersionStatus: Status, RoutingConfigUpdateState } = proto.temporal.api.enums.v1;
const IN_PROGRESS = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS;
const STATUSES: Readonly<Record<number, VersionStatus>> = {
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE]: 'inactive',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT]: 'current',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING]: 'ramping',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING]: 'draining',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED]: 'drained',
};

export interface SetCurrent {
  /** Null: workers without a version. */
  readonly buildId: string | null;
  readonly token: Uint8Array;
  /** Also when nobody of the build polls a queue that the current one does: its work would wait. */
  readonly lackingQueues: boolean;
}

/** Temporal refuses a build that nobody polls, and one that lacks queues. A ramp of the build is over with it. */
export async function setCurrent(at: VersionsAt, { buildId, token, lackingQueues }: SetCurrent): Promise<void> {
  const order = { ...orderOf(at, token), buildId: buildId ?? '', ignoreMissingTaskQueues: lackingQueues };
  await inTime(at.connection, () => at.connection.workflowService.setWorkerDeploymentCurrentVersion(order));
}

/** `percent` of new runs, and of those that move on, by the hash of their ids. Undefined: nobody ramps any more. */
export async function setRamping(
  at: VersionsAt,
  { ramping, token }: { ramping: Versions['ramping']; token: Uint8Array },
): Promise<void> {
  const { buildId = '', percent = 0 } = ramping ?? {};
  const order = { ...orderOf(at, token), buildId, percentage: percent };
  await inTime(at.connection, () => at.connection.workflowService.setWorkerDeploymentRampingVersion(order));
}

function orderOf({ namespace, identity }: VersionsAt, conflictToken: Uint8Array) {
  return { namespace, identity, deploymentName: DEPLOYMENT, conflictToken };
}

/** Queues that workers of the build have ever polled, as far as Temporal has taken note of it; none of a build that it does not know. */
export async function queuesOfBuild(
  { connection, namespace }: VersionsAt,
  buildId: string,
): Promise<readonly string[]> {
  const asked = { namespace, deploymentVersion: { deploymentName: DEPLOYMENT, buildId } };
  const ask = () => connection.workflowService.describeWorkerDeploymentVersion(asked);
  const answer = await inTime(connection, ask).catch((error: unknown) => {
    if (isGrpcServiceError(error) && error.code === NOT_FOUND) return undefined;
    throw error;
  });
  return [...new Set((answer?.versionTaskQueues ?? []).map(({ name }) => name ?? ''))].sort();
}

/** Deployments are workflows of Temporal's own, so an answer may take as long as a step of one. */
const DEADLINE_MS = 10_000;

async function inTime<Answer>(connection: ConnectionLike, ask: () => Promise<Answer>): Promise<Answer> {
  return connection.withDeadline(Date.now() + DEADLINE_MS, ask);
}
