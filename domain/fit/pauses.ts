import type { TimerEvent } from './document.ts';

/** In the file's own seconds. */
export interface TimerPause {
  readonly fromS: number;
  readonly toS: number;
  /** Of the stop: 0 by hand, 1 by itself, 2 by an exercise machine. */
  readonly trigger: number;
}

/**
 * From each stop of the timer to the next start. A stop with no start after it ends the recording; of several stops in
 * a row the first counts, and a start while the timer runs says nothing.
 */
export function pausesOf(events: readonly TimerEvent[]): TimerPause[] {
  const pauses: TimerPause[] = [];
  let stop: TimerEvent | null = null;
  for (const event of events) {
    if (!event.isStart) stop ??= event;
    else if (stop !== null) {
      if (event.atS > stop.atS) pauses.push({ fromS: stop.atS, toS: event.atS, trigger: stop.trigger });
      stop = null;
    }
  }
  return pauses.sort((a, b) => a.fromS - b.fromS);
}

/** Seconds of `[fromS, toS]` in which the timer ran: what pauses have in common counts once. Pauses are in order. */
export function timerS(fromS: number, toS: number, pauses: readonly TimerPause[]): number {
  let rest = 0;
  let reached = fromS;
  for (const pause of pauses) {
    const from = Math.max(reached, pause.fromS);
    const to = Math.min(toS, pause.toS);
    if (to <= from) continue;
    rest += to - from;
    reached = to;
  }
  return toS - fromS - rest;
}
