import type { RunName } from './gaps.ts';

/** `2026-11-21 03:30:00Z` */
export function momentText(atMs: number): string {
  return Number.isFinite(atMs) ? `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z` : 'no moment';
}

/** Two units at most: `3 d 4 h`, `5 min`, `0 s`. */
export function durationText(ms: number): string {
  const parts: readonly (readonly [string, number])[] = [
    ['d', Math.floor(ms / 86_400_000)],
    ['h', Math.floor(ms / 3_600_000) % 24],
    ['min', Math.floor(ms / 60_000) % 60],
    ['s', Math.floor(ms / 1_000) % 60],
  ];
  const first = parts.findIndex(([, count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter(([, count]) => count > 0);
  return shown.map(([unit, count]) => `${count} ${unit}`).join(' ');
}

/** `backfill 2 of 2026-11-21 03:30:00Z by cli:ana ("worker was down")` */
export function runText({ slotMs, run, origin, asked }: RunName): string {
  const whose = asked ? ` by ${asked.actor} (${JSON.stringify(asked.reason)})` : '';
  return `${origin} run ${run} of ${momentText(slotMs)}${whose}`;
}

/** `2026-11-21 03:30:00Z`, or `5 slots from … to …` */
export function slotsText(slotsMs: readonly number[]): string {
  const [first, last] = [slotsMs[0] ?? Number.NaN, slotsMs.at(-1) ?? Number.NaN];
  if (slotsMs.length === 1) return momentText(first);
  return `${slotsMs.length} slots from ${momentText(first)} to ${momentText(last)}`;
}
