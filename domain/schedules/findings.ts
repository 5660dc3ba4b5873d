import type { DeclaredSchedule, LedgerRun, ScheduleFacts, ScheduleRecords } from './facts.ts';
import { isSuccess, type JudgedRun } from './runs.ts';
import { nextSlot, slotsFrom } from './slots.ts';
import { durationText, momentText } from './texts.ts';
import { type Finding, VERDICT_LIMITS } from './verdicts.ts';

/** Every source decides about something, so an answer that is missing is never passed over. */
export function findUnknowns({ records, server, executions, queue, backlogAgeMs }: ScheduleFacts): readonly Finding[] {
  const sources = { ledger: records, 'Temporal, of the schedule': server, 'Temporal, of its runs': executions };
  const silent = Object.entries({ ...sources, workers: queue, 'Temporal, of the queue': backlogAgeMs }).flatMap(
    ([name, answer]) => (answer.known ? [] : [`${name}: ${answer.reason}`]),
  );
  return silent.length === 0 ? [] : [{ verdict: 'UNKNOWN', because: silent.join('; ') }];
}

/** Clocks that contradict each other make every comparison of moments worthless. */
export function findClockTrouble(facts: ScheduleFacts, declared: DeclaredSchedule): readonly Finding[] {
  const latestMs = facts.nowMs + VERDICT_LIMITS.clockToleranceMs.value;
  const moments: readonly (readonly [string, number | null])[] = [
    ...(facts.records.known ? momentsOf(facts.records.value) : []),
    ['a worker was seen', facts.queue.known ? facts.queue.value.lastSeenMs : null],
  ];
  const future = moments.filter(([, atMs]) => atMs !== null && atMs > latestMs);
  const newest = future.sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0) || a[0].localeCompare(b[0]))[0];
  if (newest) {
    const [what, atMs] = newest;
    return [
      { verdict: 'UNKNOWN', because: `${what} at ${momentText(atMs ?? 0)}, but now is ${momentText(facts.nowMs)}` },
    ];
  }
  return findServerClockTrouble(facts, declared);
}

export function findNoWorker({ nowMs, queue, backlogAgeMs, records }: ScheduleFacts, { graceS }: DeclaredSchedule) {
  const findings: Finding[] = [];
  if (queue.known) {
    const { lastSeenMs } = queue.value;
    const sinceMs = lastSeenMs ?? (records.known ? records.value.owedFromMs : null);
    if (sinceMs === null || nowMs - sinceMs > VERDICT_LIMITS.workerAbsentMs.value) {
      const because =
        lastSeenMs === null
          ? 'no worker has polled its queue'
          : `the last worker of its queue was seen at ${momentText(lastSeenMs)}`;
      findings.push({ verdict: 'NO_WORKER', because });
    }
  }
  if (findings.length === 0 && backlogAgeMs.known && backlogAgeMs.value > graceS * 1_000) {
    findings.push({
      verdict: 'NO_WORKER',
      because: `a task has waited in its queue for ${durationText(backlogAgeMs.value)}`,
    });
  }
  return findings;
}

export function findDrift({ server, records }: ScheduleFacts, { spec }: DeclaredSchedule): readonly Finding[] {
  // Without that moment no slot is owed, and nothing could ever be missed.
  if (records.known && records.value.owedFromMs === null) {
    return [{ verdict: 'DRIFTED', because: 'it was never applied to this installation' }];
  }
  if (!server.known) return [];
  if (server.value === null) return [{ verdict: 'DRIFTED', because: 'the server has no such schedule' }];
  const { drift, nextTimesMs } = server.value;
  if (drift.length > 0) return [{ verdict: 'DRIFTED', because: `not as declared: ${[...drift].sort().join(', ')}` }];
  if (nextTimesMs.length === 0) return [{ verdict: 'DRIFTED', because: 'the server will not fire it again' }];
  const slots = slotsFrom(spec, nextTimesMs[0] ?? 0);
  const wrong = nextTimesMs.find((timeMs) => slots.next().value !== timeMs);
  if (wrong === undefined) return [];
  return [
    {
      verdict: 'DRIFTED',
      because: `the server will fire at ${momentText(wrong)}, which is not the next slot of the spec`,
    },
  ];
}

export function findIncomplete(runs: readonly JudgedRun[]): readonly Finding[] {
  const newest = runs
    .filter(isSuccess)
    .sort((a, b) => (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0))
    .at(-1);
  if (!newest || newest.counts.failed === 0) return [];
  const { failed, scanned } = newest.counts;
  return [
    { verdict: 'INCOMPLETE', because: `the run of ${momentText(newest.slotMs)} could not do ${failed} of ${scanned}` },
  ];
}

export function findIdle(
  { owedFromMs }: ScheduleRecords,
  { expects }: DeclaredSchedule,
  runs: readonly LedgerRun[],
  nowMs: number,
): readonly Finding[] {
  if (expects === undefined || owedFromMs === null) return [];
  const expected = runs.filter(isSuccess).filter(({ counts }) => counts.scanned >= expects.scannedAtLeast);
  const sinceMs = Math.max(owedFromMs, ...expected.map(({ finishedAtMs }) => finishedAtMs ?? 0));
  if (nowMs - sinceMs <= expects.withinS * 1_000) return [];
  const because = `no success has looked at ${expects.scannedAtLeast} or more since ${momentText(sinceMs)}`;
  return [{ verdict: 'NO_EFFECT', because }];
}

/**
 * By its next time the server tells which slot it takes for the next; within the grace of one, two are right. While a schedule is
 * paused the server (1.32.0) goes on telling the time that was next when it was paused.
 */
function findServerClockTrouble(
  { nowMs, server }: ScheduleFacts,
  { spec, graceS }: DeclaredSchedule,
): readonly Finding[] {
  if (!server.known || server.value === null || server.value.drift.length > 0 || server.value.paused) return [];
  const [nextMs] = server.value.nextTimesMs;
  if (nextMs === undefined) return [];
  const [earliest, latest] = [nextSlot(spec, nowMs - graceS * 1_000), nextSlot(spec, nowMs + graceS * 1_000)];
  if (nextMs >= earliest && nextMs <= latest) return [];
  const because = `Temporal takes ${momentText(nextMs)} for the next slot; at ${momentText(nowMs)} it is ${momentText(nextSlot(spec, nowMs))}`;
  return [{ verdict: 'UNKNOWN', because }];
}

function momentsOf({
  runs,
  lastSuccess,
  pauses,
  owedFromMs,
}: ScheduleRecords): readonly (readonly [string, number | null])[] {
  const ofRuns = [...runs, lastSuccess].flatMap((run) => {
    if (run === null) return [];
    const [slot, opened, ended] = [run.slotMs, run.openedAtMs, run.finishedAtMs];
    return [
      ['a run has its slot', slot],
      ['a run was opened', opened],
      ['a run ended', ended],
    ] as const;
  });
  const ofPauses = pauses.map(({ atMs, does }) => [`a ${does} was ordered`, atMs] as const);
  return [...ofRuns, ...ofPauses, ['the schedule was applied', owedFromMs]];
}
