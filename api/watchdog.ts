import { randomUUID } from 'node:crypto';
import { VERDICTS } from '../domain/schedules/verdicts.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { Audit } from '../schedules/audit.ts';
import type { DeadManPings } from '../services/dead-man-pings.ts';

export interface WatchdogDeps {
  readonly loops: Loops;
  readonly log: Log;
  readonly audit: () => Promise<Audit>;
  /** What was done to a schedule outside Cairn is written down when it is first seen. */
  readonly noteSeen: (audit: Audit) => Promise<void>;
  readonly pings: DeadManPings<'watchdog'>;
}

export interface Watchdog {
  /** The newest audit; undefined until the first is done, or when none has succeeded for `STALE_MS`. */
  latest(): Audit | undefined;
  /** Since it was done, by the clock of this process: `checkedAt` is the database's, and may be another. */
  ageMs(): number | undefined;
}

/** Shorter than the shortest grace, so that a missed slot is told within one period and its grace. */
const LOOK_EVERY_MS = 30_000;
/** An audit asks with deadlines of its own, some seconds in all. */
const DEAD_AFTER_MS = 180_000;
/** An old verdict looks like a fresh one: after this it is none. */
const STALE_MS = 120_000;

/**
 * Watches the worker's schedules from the API process: whoever died there cannot report it. It is watched in turn: as a loop
 * whose end ends the process, by an alert on its silence, and by a dead-man ping that needs nothing of this box.
 */
export function startWatchdog(deps: WatchdogDeps): Watchdog {
  let latest: Audit | undefined;
  let seenAtMs = Number.NEGATIVE_INFINITY;
  deps.loops.start({
    name: 'watchdog',
    everyMs: LOOK_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      const audit = await deps.audit();
      report(deps.log, latest, audit);
      latest = audit;
      seenAtMs = performance.now();
      await deps.noteSeen(audit);
      await deps.pings.send('watchdog', { what: 'success', runId: randomUUID(), text: audit.worst });
    },
  });
  const fresh = <Value>(value: Value) => (performance.now() - seenAtMs < STALE_MS ? value : undefined);
  return { latest: () => fresh(latest), ageMs: () => fresh(performance.now() - seenAtMs) };
}

/** A line for each schedule whose verdict has changed. */
function report(log: Log, before: Audit | undefined, now: Audit): void {
  for (const { temporalId, schedule, report: is } of now.schedules) {
    const was = before?.schedules.find((one) => one.temporalId === temporalId)?.report.worst;
    if (was === is.worst) continue;
    const level = VERDICTS[is.worst].severity === 'green' ? 'info' : 'warn';
    log[level]({ schedule: schedule ?? temporalId, verdict: is.worst, before: was }, 'schedule verdict');
  }
}
