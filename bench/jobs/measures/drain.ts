import { type CpuMs, cpuMsOf, cpuPerJob, pssMbOf } from '../accounting.ts';
import type { Measuring } from '../measuring.ts';
import { acknowledged } from './acknowledged.ts';

export interface Drained {
  readonly jobsPerS: number;
  /** For each job, by part. */
  readonly cpuMs: CpuMs;
  readonly peakPssMb: number;
}

const IN_FLIGHT = 32;
const LOOK_AT_MEMORY_EVERY_MS = 1_000;

/** As fast as it takes them, until all are done: what it can do, and what that costs. */
export async function drain(measuring: Measuring, uploads: number): Promise<Drained> {
  const { site, finishes } = measuring;
  const memory = watchMemory(() => pssMbOf(site.counted()));
  const before = cpuMsOf(site.counted());
  const startedAt = performance.now();
  const { accepted } = await acknowledged(measuring, { uploads, inFlight: IN_FLIGHT });
  await finishes.untilAllReady(accepted.map(({ id }) => id));
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuMs = cpuPerJob(before, cpuMsOf(site.counted()), uploads);
  return { jobsPerS: uploads / seconds, cpuMs, peakPssMb: memory.peak() };
}

function watchMemory(look: () => number): { peak(): number } {
  let peak = look();
  const timer = setInterval(() => {
    peak = Math.max(peak, look());
  }, LOOK_AT_MEMORY_EVERY_MS);
  return {
    peak: () => {
      clearInterval(timer);
      return Math.max(peak, look());
    },
  };
}
