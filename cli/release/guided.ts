import { setTimeout as pause } from 'node:timers/promises';
import type { OrderedBy } from '../../api/ops/reason.ts';
import { WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { liveWorkers } from '../../db/workers.ts';
import { queuesOfBuild, readVersions } from '../../platform/temporal/versions.ts';
import { type GateReport, gate } from './gate.ts';
import type { ReleaseDeps } from './here.ts';
import { makeCurrent, nameOf, ramp, versionsNow } from './orders.ts';
import { heldRuns } from './runs.ts';

export interface GuidedOptions {
  /** The build to release; what is replayed is always the code that runs the command. */
  readonly buildId: string;
  /** Open runs to replay. */
  readonly live: number;
  /** Undefined: at once. */
  readonly rampPercent?: number | undefined;
  readonly holdMs: number;
  /** Until no run needs the former build. */
  readonly wait: boolean;
}

const POLL_MS = 1_000;
/** Workers of the build are to be there, or just being started. */
const REGISTERED_WITHIN_MS = 120_000;

/**
 * Gate → workers of the build poll → ramp → current → former build drained. Returns whether it was done; whatever stops it leaves the
 * former build current and the ramp ended.
 */
export async function releaseGuided(deps: ReleaseDeps, options: GuidedOptions, by: OrderedBy): Promise<boolean> {
  const { say } = deps;
  const { buildId } = options;
  const report = await gate(deps, options);
  say(gateText(report));
  if (report.faults.length > 0) return false;
  if (!(await isPolled(deps, buildId))) return false;
  const { current: former } = await versionsNow(deps);
  if (former === buildId) say(`${buildId} is current already`);
  else {
    if (options.rampPercent !== undefined && !(await isRampedWell(deps, options, by))) return false;
    await makeCurrent(deps, { buildId }, by);
    say(`${buildId} is current, ${nameOf(former)} is not any more`);
    if (options.wait && former !== null) await untilDrained(deps, former);
  }
  return true;
}

export function gateText({ kept, open, faults }: GateReport): string {
  const replayed = `gate: ${kept} kept histories and ${open} open runs replayed`;
  if (faults.length === 0) return `${replayed}, all well`;
  return [`${replayed}, NOT to be released:`, ...faults.map((fault) => `  ${fault}`)].join('\n');
}

/**
 * Whether workers of the build poll every queue that some worker polls now: else that queue's work would wait. Temporal takes note of
 * it a moment after they have begun, and makes no build current before.
 */
async function isPolled({ db, at, say }: ReleaseDeps, buildId: string): Promise<boolean> {
  const deadline = performance.now() + REGISTERED_WITHIN_MS;
  for (let told = false; ; told = true) {
    const living = await liveWorkers(db, WORKER_SILENCE_S);
    const polled = (workers: typeof living) => new Set(workers.flatMap(({ queues }) => queues));
    const mine = polled(living.filter((worker) => worker.buildId === buildId));
    const all = polled(living);
    const known = await queuesOfBuild(at, buildId);
    const lacking = Object.values(QUEUES).filter(
      (queue) => all.has(queue) && !(mine.has(queue) && known.includes(queue)),
    );
    if (mine.size > 0 && lacking.length === 0) {
      say(`registered: workers of ${buildId} poll ${[...mine].join(', ')}`);
      return true;
    }
    const what = mine.size === 0 ? `no worker of ${buildId} lives` : `nobody of ${buildId} polls ${lacking.join(', ')}`;
    if (performance.now() > deadline) {
      say(`${what}: not released`);
      return false;
    }
    if (!told) say(`${what}; waiting for ${REGISTERED_WITHIN_MS / 1_000} s`);
    await pause(POLL_MS);
  }
}

/** A run that is held while the build ramps ends the ramp. Those that were held before do not count. */
async function isRampedWell(deps: ReleaseDeps, options: GuidedOptions, by: OrderedBy): Promise<boolean> {
  const { client, say } = deps;
  const { buildId, rampPercent: percent = 0, holdMs } = options;
  const before = await heldRuns(client);
  await ramp(deps, { buildId, percent }, by);
  say(`ramping: ${percent} % go to ${buildId}, for ${holdMs / 1_000} s`);
  const deadline = performance.now() + holdMs;
  do {
    await pause(Math.min(POLL_MS, holdMs));
    const held = (await heldRuns(client)).held.filter((workflowId) => !before.held.includes(workflowId));
    if (held.length > 0) {
      await ramp(deps, undefined, by);
      say(`held by ${buildId}: ${held.join(', ')}; the ramp is ended, and they go on with the build before`);
      return false;
    }
  } while (performance.now() < deadline);
  return true;
}

async function untilDrained({ at, say }: ReleaseDeps, former: string): Promise<void> {
  say(`draining: waiting until no run is pinned to ${former} (Temporal looks every few minutes)`);
  for (;;) {
    const status = (await readVersions(at))?.builds.find(({ buildId }) => buildId === former)?.status ?? 'drained';
    if (status !== 'draining') {
      say(status === 'drained' ? `drained: workers of ${former} may end` : `${former} is ${status} again`);
      return;
    }
    await pause(POLL_MS);
  }
}
