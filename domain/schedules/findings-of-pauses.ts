import type { DeclaredSchedule, ScheduleFacts } from './facts.ts';
import type { Gap } from './gaps.ts';
import type { Pause } from './pauses.ts';
import { periodMs } from './slots.ts';
import { momentText, slotsText } from './texts.ts';
import { type Finding, VERDICT_LIMITS } from './verdicts.ts';

/** What is paused, and what passed in a pause and is still owed. */
export function findPauses(
  { nowMs, server }: ScheduleFacts,
  { spec }: DeclaredSchedule,
  pauses: readonly Pause[],
  gaps: readonly Gap[],
): readonly Finding[] {
  const passed = gaps.filter(({ why, coveredBy }) => why === 'paused' && coveredBy === null);
  const owed = passed.length > 0 ? `; ${slotsText(passed.map(({ slotMs }) => slotMs))} passed meanwhile` : '';
  const open = pauses.find(({ untilMs }) => untilMs === null);
  if (!open || (server.known && server.value?.paused !== true)) {
    return owed === '' ? [] : [{ verdict: 'PAUSED', because: `it was, and is not any more${owed}` }];
  }
  const findings: Finding[] = [{ verdict: 'PAUSED', because: `${pauseText(open)}${owed}` }];
  const tooLongMs = Math.max(VERDICT_LIMITS.pausedTooLongMs.value, 2 * periodMs(spec));
  if (open.sinceMs !== null && nowMs - open.sinceMs > tooLongMs) {
    findings.push({ verdict: 'PAUSED_TOO_LONG', because: pauseText(open) });
  }
  return findings;
}

function pauseText({ by, why, sinceMs }: Pause): string {
  const since = sinceMs === null ? 'nobody saw since when' : `since ${momentText(sinceMs)}`;
  return `by ${by ?? 'somebody outside Cairn'} (${JSON.stringify(why)}), ${since}`;
}
