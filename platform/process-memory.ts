import { readFile } from 'node:fs/promises';

export interface MemoryWatch {
  stop(): void;
}

const LOOK_EVERY_MS = 50;
const PAGE_BYTES = 4_096;

/**
 * Calls `onOver` once when the process takes more than `limitMb` of resident memory. Needs /proc: elsewhere only the heap
 * limit of the child holds.
 */
export function watchMemory(pid: number | undefined, limitMb: number, onOver: () => void): MemoryWatch {
  if (process.platform !== 'linux' || pid === undefined) return { stop: () => {} };
  let stopped = false; // a look that is under way when the job ends must not hit the next one
  const stop = () => {
    stopped = true;
    clearInterval(timer);
  };
  const timer = setInterval(() => {
    void residentBytes(pid).then((bytes) => {
      if (stopped || bytes <= limitMb * 2 ** 20) return;
      stop();
      onOver();
    });
  }, LOOK_EVERY_MS);
  return { stop };
}

/** 0 for a process that is gone. */
async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * PAGE_BYTES;
}
