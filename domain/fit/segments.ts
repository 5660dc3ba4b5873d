import type { FitDocument, FitPart } from './document.ts';
import { pausesOf, type TimerPause, timerS } from './pauses.ts';
import { TOTALS } from './profile.ts';

/** How the points fall into segments, and what the timers of all parts say. */
export interface Segmentation {
  readonly starts: readonly number[];
  readonly pauses: readonly TimerPause[];
  /** Null when no point has a time. */
  readonly timerS: number | null;
  /** By place in `document.sessions`. */
  readonly firstSegments: readonly (number | null)[];
}

/** A new segment begins with each file of a chain, after each pause, and with each session but the first. */
export function segmentation(document: FitDocument): Segmentation {
  const starts: number[] = [];
  const pauses: TimerPause[] = [];
  const firstSegments: (number | null)[] = [];
  let timer: number | null = null;
  document.parts.forEach((part, p) => {
    const ofPart = pausesOf(part.timer);
    const sessions = sessionStarts(document, part.firstSession, document.parts[p + 1]?.firstSession);
    const firstOfPart = starts.length;
    if (part.to > part.from) starts.push(part.from);
    const earliest = Math.min(...sessions.filter((startS) => !Number.isNaN(startS)));
    const cutTimes = [...ofPart.map(({ toS }) => toS), ...sessions.filter((startS) => startS > earliest)];
    for (const start of cutsOf(document, part, cutTimes)) starts.push(start);
    firstSegments.push(...placed(document, part, sessions, starts.slice(firstOfPart), firstOfPart));
    pauses.push(...ofPart);
    const span = spanOf(document.columns.timeS, part);
    if (span) timer = (timer ?? 0) + timerS(span.fromS, span.toS, ofPart);
  });
  return { starts, pauses, timerS: timer, firstSegments };
}

function sessionStarts({ sessions }: FitDocument, from: number, to = sessions.length): number[] {
  return sessions.slice(from, to).map((row) => row[TOTALS.start] ?? Number.NaN);
}

/** The first point at or after each of `cutTimes` that has a point before it in the part. */
function cutsOf({ columns }: FitDocument, { from, to }: FitPart, cutTimes: number[]): number[] {
  const sorted = Float64Array.from(cutTimes).sort();
  const cuts: number[] = [];
  let next = 0;
  for (let i = from; i < to && next < sorted.length; i++) {
    const time = columns.timeS[i] ?? Number.NaN;
    const before = next;
    while (next < sorted.length && time >= (sorted[next] ?? 0)) next++;
    if (next > before && i > from) cuts.push(i);
  }
  return cuts;
}

/** The segment in which each session begins: the first before the next session does; null where there is none. */
function placed(
  { columns }: FitDocument,
  part: FitPart,
  sessions: readonly number[],
  starts: readonly number[],
  firstOfPart: number,
): (number | null)[] {
  if (part.to === part.from) return sessions.map(() => null);
  if (sessions.length === 1) return [firstOfPart];
  const firstTimes = starts.map((start) => columns.timeS[start] ?? Number.NaN);
  const sorted = Float64Array.from(sessions.filter((startS) => !Number.isNaN(startS))).sort();
  return sessions.map((startS) => {
    const fromS = startS === sorted[0] ? Number.NEGATIVE_INFINITY : startS;
    const untilS = sorted.find((other) => other > startS) ?? Number.POSITIVE_INFINITY;
    const found = firstTimes.findIndex((time) => time >= fromS && time < untilS);
    return found < 0 ? null : firstOfPart + found;
  });
}

function spanOf(timeS: Float64Array, { from, to }: FitPart): { fromS: number; toS: number } | null {
  let fromS = Number.POSITIVE_INFINITY;
  let toS = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const time = timeS[i] ?? Number.NaN;
    if (time < fromS) fromS = time;
    if (time > toS) toS = time;
  }
  return fromS <= toS ? { fromS, toS } : null;
}
