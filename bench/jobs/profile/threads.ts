import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;

/** Processor time of a process by the names of its threads: what of it is JavaScript, and what Temporal's native core. */
export function cpuMsByThread(pid: number): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const { name, ms } = threadOf(`/proc/${pid}/task/${task}`);
    sums[name] = (sums[name] ?? 0) + ms;
  }
  return sums;
}

function threadOf(folder: string): { name: string; ms: number } {
  try {
    const text = readFileSync(`${folder}/stat`, 'latin1');
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const [user, system] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return { name: name.replace(/\d+$/, ''), ms: (Number(user) + Number(system)) * TICK_MS };
  } catch {
    return { name: 'ended', ms: 0 };
  }
}
