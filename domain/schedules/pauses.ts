import type { LedgerRun, PauseOrder, ServerSchedule } from './facts.ts';
import { VERDICT_LIMITS } from './verdicts.ts';

/** A time during which a schedule did not fire since somebody wanted so. */
export interface Pause {
  /** Null: it is paused, and nobody has written down since when. */
  readonly sinceMs: number | null;
  /** Null: it goes on. */
  readonly untilMs: number | null;
  readonly by: string | null;
  readonly why: string;
}

/**
 * Oldest first. The server's word decides whether the last one goes on; `server` is null where it could not be asked, and then
 * the last order stands.
 */
export function pausesOf(
  orders: readonly PauseOrder[],
  server: ServerSchedule | null,
  runs: readonly LedgerRun[],
  nowMs: number,
): readonly Pause[] {
  const ordered = [...orders].sort((a, b) => a.atMs - b.atMs || a.does.localeCompare(b.does));
  const pauses: Pause[] = [];
  let open: PauseOrder | null = null;
  for (const order of ordered) {
    if (order.does === 'pause') open ??= order;
    else if (open) {
      pauses.push({ ...startOf(open), untilMs: order.atMs });
      open = null;
    }
  }
  if (open) {
    const goesOn = server?.paused ?? true;
    pauses.push({ ...startOf(open), untilMs: goesOn ? null : resumedBy(open.atMs, runs, nowMs) });
  } else if (server?.paused) pauses.push({ sinceMs: null, untilMs: null, by: null, why: server.note });
  return pauses;
}

/** A slot at the very moment of a pause is excused too: Temporal takes slots up to a second or so late. */
export function isPausedAt(pauses: readonly Pause[], slotMs: number): boolean {
  return pauses.some(({ sinceMs, untilMs }) => {
    if (sinceMs === null) return false; // what nobody saw excuses nothing
    return slotMs >= sinceMs - VERDICT_LIMITS.clockToleranceMs.value && (untilMs === null || slotMs < untilMs);
  });
}

function startOf({ atMs, actor, reason }: PauseOrder) {
  return { sinceMs: atMs, by: actor, why: reason };
}

/** Nobody wrote down who resumed it: the first slot that fired again tells when, at the latest. */
function resumedBy(pausedAtMs: number, runs: readonly LedgerRun[], nowMs: number): number {
  const afterMs = pausedAtMs + VERDICT_LIMITS.clockToleranceMs.value;
  const fired = runs
    .filter(({ origin, slotMs }) => origin === 'schedule' && slotMs > afterMs)
    .map(({ slotMs }) => slotMs);
  return Math.min(nowMs, ...fired);
}
