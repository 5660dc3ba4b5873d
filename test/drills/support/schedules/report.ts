import type { HealthyRun } from './healthy.ts';
import type { Suffered } from './matrix.ts';
import { BOUND_S, type Line, TURN_S } from './scene.ts';

/** A table that a page of the reference can hold. */
export function matrixTable(matrix: readonly Suffered[]): readonly string[] {
  const head = ['Fault', 'Step', 'Expected', 'Seen', 'API', 'Metric', 'Health', 'Bound', 'CLI exit', ''];
  const rows = matrix.flatMap(({ fault, lines }) => lines.map((line, at) => cellsOf(at === 0 ? fault : '', line)));
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const text = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [text(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(text)];
}

function cellsOf(fault: string, line: Line): readonly string[] {
  const { what, expected, seen, detectedS, boundS, cliExit } = line;
  const problems = [...line.problems, ...line.late];
  const seconds = (value: number | null | undefined) => (typeof value === 'number' ? `${value.toFixed(1)} s` : '');
  return [
    fault,
    what,
    expected,
    seen,
    seconds(detectedS?.api),
    seconds(detectedS?.metric),
    seconds(detectedS?.health),
    detectedS ? `${boundS} s` : '',
    cliExit === null ? '' : String(cliExit),
    problems.length === 0 ? 'good' : `RED: ${problems.join('; ')}`,
  ];
}

export function healthyText({ minutes, looks, alarms, runs }: HealthyRun): readonly string[] {
  return [
    `healthy for ${minutes} min: ${looks} looks at API, metric and health, ${alarms.length} false alarms; slots that ran: ${runs.join(', ')}`,
    ...alarms,
  ];
}

export function isGood(matrix: readonly Suffered[], healthy: HealthyRun | undefined): boolean {
  const lines = matrix.flatMap((each) => each.lines);
  return (
    lines.every(({ problems, late }) => problems.length + late.length === 0) && (healthy?.alarms.length ?? 0) === 0
  );
}

export const TERMS = `From the moment at which it was wrong. API and command line: at most a period and its grace, ${BOUND_S} s.
Metric and health: a turn of the watchdog later, ${TURN_S} s.`;
