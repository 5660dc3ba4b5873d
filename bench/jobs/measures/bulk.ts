import { type CpuMs, cpuMsOf, cpuPerJob } from '../accounting.ts';
import type { Measuring } from '../measuring.ts';

/** Everything processed again by one order. */
export interface BulkMeasured {
  readonly jobs: number;
  readonly jobsPerS: number;
  /** For each job, by part. */
  readonly cpuMs: CpuMs;
}

/**
 * How fast an order makes everything again that is ready, from sending the order until it says that it is done: the start of its
 * workflow and of its readers is part of it. Undefined where there is no such thing.
 */
export async function bulk({ site }: Pick<Measuring, 'site'>): Promise<BulkMeasured | undefined> {
  if (!site.reprocessAll) return undefined;
  const before = cpuMsOf(site.counted());
  const startedAt = performance.now();
  const { jobs, prove } = await site.reprocessAll();
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuMs = cpuPerJob(before, cpuMsOf(site.counted()), jobs);
  await prove();
  return { jobs, jobsPerS: jobs / seconds, cpuMs };
}
