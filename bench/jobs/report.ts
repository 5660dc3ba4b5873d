import { shareOf } from '../../test/drills/support/figures.ts';
import { type CpuMs, sumOf } from './accounting.ts';
import type { Measured } from './measure.ts';

/** All repeats of one target. */
export interface Repeated {
  readonly name: string;
  readonly repeats: readonly Measured[];
}

/** Each is the median over the repeats. */
export interface Figures {
  readonly 'ack p50': number;
  readonly 'ack p99': number;
  readonly 'ack p50 at 32': number;
  readonly 'ack p99 at 32': number;
  readonly 'idle p50': number;
  readonly 'idle p99': number;
  readonly 'idle p50, told live': number;
  readonly 'idle p99, told live': number;
  readonly 'jobs/s': number;
  readonly 'backlog jobs/s': number;
  readonly 'CPU ms/job': number;
  /** Of a bulk reprocess; NaN where there is none. */
  readonly 'bulk jobs/s': number;
  readonly 'bulk CPU ms/job': number;
  readonly 'burst ack p50': number;
  readonly 'burst ack p99': number;
  readonly 'burst end p50': number;
  readonly 'burst end p99': number;
  readonly 'peak PSS MB': number;
}

export function figuresOf({ repeats }: Repeated): Figures {
  const median = (figure: (one: Measured) => number) => shareOf(repeats.map(figure), 0.5);
  const share = (times: (one: Measured) => readonly number[], part: number) =>
    median((one) => shareOf(times(one), part));
  return {
    'ack p50': share(({ ack1Ms }) => ack1Ms, 0.5),
    'ack p99': share(({ ack1Ms }) => ack1Ms, 0.99),
    'ack p50 at 32': share(({ ack32Ms }) => ack32Ms, 0.5),
    'ack p99 at 32': share(({ ack32Ms }) => ack32Ms, 0.99),
    'idle p50': share(({ idleMs }) => idleMs, 0.5),
    'idle p99': share(({ idleMs }) => idleMs, 0.99),
    'idle p50, told live': share(({ idleToldMs }) => idleToldMs, 0.5),
    'idle p99, told live': share(({ idleToldMs }) => idleToldMs, 0.99),
    'jobs/s': median(({ jobsPerS }) => jobsPerS),
    'backlog jobs/s': median(({ backlogJobsPerS }) => backlogJobsPerS),
    'CPU ms/job': median(({ cpuMs }) => sumOf(cpuMs)),
    'bulk jobs/s': median(({ bulk }) => bulk?.jobsPerS ?? Number.NaN),
    'bulk CPU ms/job': median(({ bulk }) => (bulk ? sumOf(bulk.cpuMs) : Number.NaN)),
    'burst ack p50': share(({ burstAckMs }) => burstAckMs, 0.5),
    'burst ack p99': share(({ burstAckMs }) => burstAckMs, 0.99),
    'burst end p50': share(({ burstEndMs }) => burstEndMs, 0.5),
    'burst end p99': share(({ burstEndMs }) => burstEndMs, 0.99),
    'peak PSS MB': median(({ peakPssMb }) => peakPssMb),
  };
}

/** Of each part the median over the repeats; a part that was not there in one counts as nothing there. */
export function cpuByPart({ repeats }: Repeated, of: (one: Measured) => CpuMs = ({ cpuMs }) => cpuMs): CpuMs {
  const all = repeats.map(of);
  const parts = [...new Set(all.flatMap(Object.keys))].sort();
  const median = (part: string) =>
    shareOf(
      all.map((cpuMs) => cpuMs[part] ?? 0),
      0.5,
    );
  return Object.fromEntries(parts.map((part) => [part, median(part)]));
}

/** Ours divided by theirs, of each figure. */
export function ratiosOf(ours: Figures, theirs: Figures): Readonly<Record<string, number>> {
  const theirOwn = new Map<string, number>(Object.entries(theirs));
  const ratios = Object.entries(ours).map(([name, value]) => [name, round(value / (theirOwn.get(name) ?? Number.NaN))]);
  return Object.fromEntries(ratios);
}

/** A row for each figure, a column for each target. What nobody has is left out. */
export function byFigure(
  columns: ReadonlyMap<string, object>,
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const rows: Record<string, Record<string, number>> = {};
  for (const [target, figures] of columns) {
    for (const [figure, value] of Object.entries(figures)) {
      if (typeof value === 'number' && !Number.isNaN(value)) rows[figure] = { ...rows[figure], [target]: value };
    }
  }
  return rows;
}

export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly limit: number;
  readonly isMet: boolean;
}

/** What Cairn is held to, as far as those were measured that it is held against. */
export function goalsOf(all: ReadonlyMap<string, Figures>): readonly Goal[] {
  const cairn = all.get('cairn');
  if (!cairn) return [];
  const against = (name: string, goal: (theirs: Figures) => Goal) => {
    const theirs = all.get(name);
    return theirs ? [goal(theirs)] : [];
  };
  const atMost = (goal: string, measured: number, limit: number): Goal => ({
    ...{ goal, measured, limit },
    isMet: measured <= limit,
  });
  const atLeast = (goal: string, measured: number, limit: number): Goal => ({
    ...{ goal, measured, limit },
    isMet: measured >= limit,
  });
  const ackNoSlower = (name: string) =>
    against(name, (theirs) => atMost(`ack p50 at 1 in flight ≤ that of ${name}`, cairn['ack p50'], theirs['ack p50']));
  return [
    ...ackNoSlower('bullmq'),
    ...ackNoSlower('celery'),
    ...against('bullmq', (theirs) =>
      atMost('ack p99 at 32 in flight ≤ that of bullmq', cairn['ack p99 at 32'], theirs['ack p99 at 32']),
    ),
    ...against('temporal-raw', (theirs) =>
      atLeast('jobs/s ≥ 3 × raw Temporal', round(cairn['jobs/s'] / theirs['jobs/s']), 3),
    ),
    ...against('bullmq', (theirs) =>
      atLeast("bulk reprocess ≥ 0.8 × bullmq's jobs/s", round(cairn['bulk jobs/s'] / theirs['jobs/s']), 0.8),
    ),
    ...against('temporal-raw', (theirs) =>
      atMost('CPU per job ≤ 0.35 × raw Temporal', round(cairn['CPU ms/job'] / theirs['CPU ms/job']), 0.35),
    ),
    atMost('idle end to end p50 ≤ 20 ms', cairn['idle p50'], 20),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
