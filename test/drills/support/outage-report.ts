import { machineFacts, shareOf } from './figures.ts';
import { isAcknowledged, type Phase } from './ledger.ts';
import { FINAL_WITHIN_S, type OutageRun } from './run-outage.ts';
import { sum } from './verdict.ts';

/** The run as a table for people and as facts for a file. */
export function outageReport(asked: Readonly<Record<string, string | boolean | undefined>>, run: OutageRun) {
  const { verdict } = run;
  const speed = speedOf([run]);
  const finalS = run.end.uploads.flatMap((upload) => upload.finalS ?? []);
  const totals = { lost: sum(verdict.lost), doubled: sum(verdict.doubled), ghosts: sum(verdict.ghosts) };
  const final = { p50S: shareOf(finalS, 0.5), p99S: shareOf(finalS, 0.99), maxS: shareOf(finalS, 1) };
  const lines = [
    machineFacts(),
    row('scenario', `${asked.scenario}${asked.without ? ` without ${asked.without}` : ''}, --seed ${asked.seed}`),
    row('requests', `${run.entries.length} at ${asked.rate}/s (open loop): ${wordsOf(verdict.answers)}`),
    row('lost', `${totals.lost} (${wordsOf(verdict.lost)})`),
    row('doubled', `${totals.doubled} (${wordsOf(verdict.doubled)})`),
    row('ghosts', `${totals.ghosts} (${wordsOf(verdict.ghosts)})`),
    row('processed', wordsOf(verdict.processedBy)),
    row(
      'accepted to final',
      `p50 ${final.p50S} s, p99 ${final.p99S} s, max ${final.maxS} s (bound ${FINAL_WITHIN_S} s)`,
    ),
    row('all final', `${run.allFinalS} s after the fault and the last answer`),
    ...speedLines(speed),
    row('verdict', verdict.good ? 'good' : 'RED'),
  ];
  const facts = {
    machine: machineFacts(),
    asked,
    ...verdict,
    totals,
    final,
    allFinalS: run.allFinalS,
    ...speed,
  };
  return { lines, facts };
}

/** The requests of all runs as if they were of one. */
export function speedOfAll(runs: readonly OutageRun[]): readonly string[] {
  return [row('all runs', `${runs.length}`), ...speedLines(speedOf(runs))];
}

function speedOf(runs: readonly OutageRun[]) {
  const [healthy, outage, after] = [speedIn(runs, 'healthy'), speedIn(runs, 'outage'), speedIn(runs, 'after')];
  return { healthy, outage, after, p99Ratio: Math.round((outage.p99Ms / healthy.p99Ms) * 100) / 100 };
}

function speedLines({ p99Ratio, ...phases }: ReturnType<typeof speedOf>): readonly string[] {
  return [
    ...Object.entries(phases).map(([phase, { n, p50Ms, p99Ms }]) =>
      row(`accept, ${phase}`, `p50 ${p50Ms} ms, p99 ${p99Ms} ms (${n} requests)`),
    ),
    row('p99 outage / healthy', `${p99Ratio} (${p99Ratio <= 1.2 ? 'within' : 'over'} 1.2)`),
  ];
}

function row(name: string, text: string): string {
  return `${name.padEnd(24)}${text}`;
}

function speedIn(runs: readonly OutageRun[], phase: Phase) {
  const entries = runs.flatMap((run) => run.entries).filter((entry) => entry.phase === phase && isAcknowledged(entry));
  const times = entries.map(({ ms }) => ms);
  return { n: times.length, p50Ms: shareOf(times, 0.5), p99Ms: shareOf(times, 0.99) };
}

function wordsOf(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
}
