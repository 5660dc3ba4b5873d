import { loadavg } from 'node:os';
import type { CpuMs } from './accounting.ts';
import { openClient } from './client.ts';
import { watchFinishes } from './finish-watch.ts';
import { acknowledged } from './measures/acknowledged.ts';
import { backlog } from './measures/backlog.ts';
import { type BulkMeasured, bulk } from './measures/bulk.ts';
import { bursts } from './measures/bursts.ts';
import { drain } from './measures/drain.ts';
import { endToEnd } from './measures/idle.ts';
import type { Measuring } from './measuring.ts';
import { createRecordings } from './recordings.ts';
import type { Site } from './site.ts';
import type { Sizes } from './sizes.ts';

/** What one target did in one repeat. Times in ms, one for each upload. */
export interface Measured {
  readonly idleMs: readonly number[];
  /** The same, as told by live events; only of who has them. */
  readonly idleToldMs: readonly number[];
  readonly ack1Ms: readonly number[];
  readonly ack32Ms: readonly number[];
  readonly jobsPerS: number;
  readonly cpuMs: CpuMs;
  readonly peakPssMb: number;
  readonly backlogJobsPerS: number;
  readonly burstAckMs: readonly number[];
  readonly burstEndMs: readonly number[];
  /** Undefined: of who has no such thing. */
  readonly bulk: BulkMeasured | undefined;
  /** Of the machine, when it began: whether it was quiet. */
  readonly loadAverage: number;
}

/** Everything that is asked of a target, in turn; each measure begins when all that came before is done. */
export async function measure(site: Site, sizes: Sizes, seed: number): Promise<Measured> {
  const client = openClient(site);
  const finishes = watchFinishes(site.databaseUrl);
  const measuring: Measuring = { site, client, finishes, nextRecording: createRecordings() };
  const acks = async (uploads: number, inFlight: number) => {
    const { accepted, timesMs } = await acknowledged(measuring, { uploads, inFlight });
    await finishes.untilAllReady(accepted.map(({ id }) => id));
    return timesMs;
  };
  try {
    const [loadAverage = Number.NaN] = loadavg();
    await site.startWorker();
    await acks(sizes.warm, 8);
    const idleMs = await endToEnd(measuring, sizes.idle, client.untilReady);
    const idleToldMs = site.hasEvents ? await endToEnd(measuring, sizes.idle, client.untilToldReady) : [];
    const ack1Ms = await acks(sizes.ack1, 1);
    const ack32Ms = await acks(sizes.ack32, 32);
    const { jobsPerS, cpuMs, peakPssMb } = await drain(measuring, sizes.drain);
    const burst = await bursts(measuring, { ...BURSTS, uploads: sizes.bursts, seed });
    const backlogJobsPerS = await backlog(measuring, sizes.backlog);
    await proveResults(site);
    const reprocessed = await bulk(measuring);
    return {
      ...{ idleMs, idleToldMs, ack1Ms, ack32Ms, jobsPerS, cpuMs, peakPssMb, backlogJobsPerS, loadAverage },
      burstAckMs: burst.ackMs,
      burstEndMs: burst.endMs,
      bulk: reprocessed,
    };
  } finally {
    client.close();
    await finishes.close();
  }
}

export const BURSTS = { perBurst: 50, ratePerS: 20 } as const;

async function proveResults(site: Site): Promise<void> {
  const { ready, whole } = await site.results();
  if (whole !== ready) throw new Error(`${ready - whole} of ${ready} ready uploads have no whole track`);
}
