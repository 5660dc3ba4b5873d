import { readFileSync } from 'node:fs';

export interface TimeWatch {
  stop(): void;
}

/** By the clock a process gets this many times its limit: it may hang without working, or get no processor to work on. */
const WALL_TIMES = 2;
const LOOK_AGAIN_MS = 50;
/** USER_HZ, which Linux promises to every program whatever the kernel counts in. */
const TICK_MS = 10;

/**
 * Calls `onOver` once: `worked` when the process has worked for `limitMs` from now on, `stalled` when `clockMs`, by default twice
 * that, has passed by the clock and it has not, which says nothing about what it works on. Processor time where /proc tells it, so that
 * a good file does not become an endless one because the machine is busy (950,000 points took 8–11 s of wall time beside
 * five other programs); elsewhere by the clock alone, and then it counts as work.
 */
export function watchTime(
  pid: number | undefined,
  limitMs: number,
  onOver: (how: 'worked' | 'stalled') => void,
  clockMs = WALL_TIMES * limitMs,
): TimeWatch {
  const startedAt = Date.now();
  const before = processorMs(pid);
  const look = () => {
    const elapsedMs = Date.now() - startedAt;
    const now = processorMs(pid);
    const workedMs = before === undefined || now === undefined ? elapsedMs : now - before;
    const leftMs = Math.min(limitMs - workedMs, clockMs - elapsedMs);
    if (leftMs <= 0) onOver(workedMs >= limitMs ? 'worked' : 'stalled');
    else timer = setTimeout(look, Math.max(leftMs, LOOK_AGAIN_MS));
  };
  let timer = setTimeout(look, limitMs);
  return { stop: () => clearTimeout(timer) };
}

/**
 * Of all its threads, user and system; undefined where /proc does not tell. The command's name before these fields may hold blanks,
 * but it ends with `)`. Read at once: the kernel has it in memory, and by way of the thread pool it was 0.2 ms of each job.
 */
export function processorMs(pid: number | undefined): number | undefined {
  const text = pid === undefined ? '' : statOf(pid);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]];
  return user === undefined || system === undefined ? undefined : (Number(user) + Number(system)) * TICK_MS;
}

/** Empty when it is gone. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
