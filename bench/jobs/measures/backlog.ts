import type { Measuring } from '../measuring.ts';
import { acknowledged } from './acknowledged.ts';

const IN_FLIGHT = 32;
/** A worker's start, and its first jobs with cold code, are not what is asked here. */
const NOT_COUNTED = 0.1;

/** Jobs per second of uploads that were accepted while no worker ran. */
export async function backlog(measuring: Measuring, uploads: number): Promise<number> {
  const { site, finishes } = measuring;
  await site.stopWorker();
  const { accepted } = await acknowledged(measuring, { uploads, inFlight: IN_FLIGHT });
  await site.startWorker();
  const readyAt: number[] = [];
  const untilReady = async ({ id }: { id: string }) => {
    await finishes.untilReady(id);
    readyAt.push(performance.now());
  };
  await Promise.all(accepted.map(untilReady));
  const skipped = Math.floor(uploads * NOT_COUNTED);
  const seconds = ((readyAt.at(-1) ?? Number.NaN) - (readyAt[skipped] ?? Number.NaN)) / 1_000;
  return (uploads - skipped - 1) / seconds;
}
