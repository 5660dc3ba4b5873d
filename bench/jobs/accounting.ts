import { readdirSync, readFileSync } from 'node:fs';

/** The first process of a tree, under the name that the tree is counted by. */
export interface Counted {
  readonly name: string;
  readonly pid: number;
}

/** Processor time by part: `api`, `api/children`, `postgres/<database>`, … */
export type CpuMs = Readonly<Record<string, number>>;

/** Of everything these trees have done so far; what children of theirs did that have ended counts as the parent's. */
export function cpuMsOf(roots: readonly Counted[]): CpuMs {
  const all = processTable();
  const sums: Record<string, number> = {};
  for (const root of roots) {
    for (const pid of treeOf(root.pid, all)) {
      const part = partOf(root, pid);
      sums[part] = (sums[part] ?? 0) + (all.get(pid)?.cpuMs ?? 0);
    }
  }
  return sums;
}

/** What each part used between two looks, for each of so many jobs. */
export function cpuPerJob(before: CpuMs, after: CpuMs, jobs: number): CpuMs {
  const parts = Object.entries(after).map(([part, ms]) => [part, (ms - (before[part] ?? 0)) / jobs] as const);
  return Object.fromEntries(parts.filter(([, ms]) => ms !== 0));
}

export function sumOf(cpuMs: CpuMs): number {
  return Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
}

/** Proportional set size of all trees, in MB: what is shared counts once. */
export function pssMbOf(roots: readonly Counted[]): number {
  const all = processTable();
  const pids = roots.flatMap(({ pid }) => treeOf(pid, all));
  return pids.reduce((sum, pid) => sum + pssKbOf(pid), 0) / 1024;
}

interface Process {
  readonly parent: number;
  readonly cpuMs: number;
}

/** Of USER_HZ, which Linux promises whatever the kernel counts in. */
const TICK_MS = 10;

function processTable(): ReadonlyMap<number, Process> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(pids.flatMap((name) => entryOf(Number(name))));
}

function entryOf(pid: number): readonly [number, Process][] {
  const text = textOf(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return []; // it has just ended
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0); // own and of children that were waited for
  return [[pid, { parent: Number(fields[1]), cpuMs: ticks * TICK_MS }]];
}

function treeOf(root: number, all: ReadonlyMap<number, Process>): readonly number[] {
  const tree = [root];
  for (const parent of tree) for (const [pid, process] of all) if (process.parent === parent) tree.push(pid);
  return tree;
}

/** Of Postgres' processes those that serve a database are told apart by what they call themselves. */
function partOf({ name, pid: root }: Counted, pid: number): string {
  if (name !== 'postgres') return pid === root ? name : `${name}/children`;
  const [, database] = /^postgres: \S+ (\S+) \S+\(\d+\)/.exec(textOf(`/proc/${pid}/cmdline`)) ?? [];
  return `postgres/${database ?? 'own'}`;
}

function pssKbOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

/** Empty when the process has just ended. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
