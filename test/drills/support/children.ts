import { readdirSync, readFileSync } from 'node:fs';

/** Pids of the children of a process. Linux alone tells. */
export function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && parentOf(pid) === parent);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(statusText(pid))?.[1] ?? 0);
}

/** `/proc/<pid>/status`; empty when the process has just ended. */
export function statusText(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
