import type { Lap, Pause, RecorderReport, Session } from '../../contracts/track.ts';
import { LIMITS, type LimitName } from '../limits/limits.ts';
import { hasZone, parseDateTimeMs } from '../xml/date-time.ts';
import { isPlausible, type NumberRange, RANGES } from '../xml-points/point-values.ts';
import type { Recording, SessionRow, TcxDocument } from './document.ts';
import type { LapRow, LapTotal } from './lap-row.ts';
import { sportWord, triggerWord } from './words.ts';

/** A lap begins in what is being read; returns the limit that it would pass. */
export function lapOpened(document: TcxDocument): LimitName | null {
  const { into, activities, sessions } = document;
  if (into.laps.length >= LIMITS.tcxLaps.value) return 'tcxLaps';
  const startedAtMs = momentOf(document, document.startTime);
  into.laps.push({ startedAtMs, trigger: null });
  into.lapFrom = into.points.count;
  const session = into === activities ? sessions[sessions.length - 1] : undefined;
  if (session !== undefined && Number.isNaN(session.startedAtMs)) session.startedAtMs = startedAtMs;
  return null;
}

/** The same for an activity, or for a transition: that is a lap too, and has no sport of its own. */
export function sessionOpened(document: TcxDocument, isTransition: boolean): LimitName | null {
  const { sessions, sport } = document;
  if (sessions.length >= LIMITS.tcxSessions.value) return 'tcxSessions';
  sessions.push({
    sport: isTransition ? 'transition' : sportWord(sport),
    startedAtMs: Number.NaN,
    firstSegment: null,
  });
  return null;
}

/** `Id` of an activity is the moment of its start; without one it starts with its first lap. */
export function takeId(document: TcxDocument, text: string): void {
  const session = document.sessions[document.sessions.length - 1];
  if (session !== undefined) session.startedAtMs = momentOf(document, text);
}

export function takeTrigger({ into }: TcxDocument, text: string): void {
  const lap = into.laps[into.laps.length - 1];
  if (lap !== undefined) lap.trigger = triggerWord(text);
}

/** A number of the newest lap, which is NaN where the text was none. What cannot be true is left out and counted. */
export function takeTotal(document: TcxDocument, total: LapTotal, value: number): void {
  const { laps } = document.into;
  const lap = laps[laps.length - 1];
  if (lap === undefined) return;
  const { least, most } = TOTALS[total];
  if (value >= least && value <= most) lap[total] = value;
  else document.badTotals++;
}

/** What the recorder says of laps, activities and pauses, in the words of the contract. Nothing is reckoned. */
export function reportOf({ sessions, activities }: TcxDocument, recording: Recording): RecorderReport {
  return {
    laps: recording.laps.map(lapOf),
    sessions: recording === activities ? sessions.map(sessionOf) : [],
    pauses: pausesOf(recording),
    timerS: null,
    utcOffsetS: null,
  };
}

/** Half a year, and more than anybody has in a lap. */
const TOTALS: Readonly<Record<LapTotal, Pick<NumberRange, 'least' | 'most'>>> = {
  timerS: { least: 0, most: 20_000_000 },
  distanceM: RANGES.recordedDistanceM,
  energyKcal: { least: 0, most: 1_000_000 },
  averageHeartRateBpm: RANGES.heartRate,
  maxHeartRateBpm: RANGES.heartRate,
  averageCadenceRpm: RANGES.cadence,
  averagePowerW: RANGES.power,
  maxPowerW: RANGES.power,
};

/** Milliseconds since 1970 UTC; NaN for none, and for one that cannot be read or cannot be true, which is counted. */
function momentOf(document: TcxDocument, text: string | null): number {
  const { faults } = document;
  if (text === null || text.trim() === '') return Number.NaN;
  const timeMs = parseDateTimeMs(text.trim());
  if (Number.isNaN(timeMs)) faults.badTimes++;
  else if (!isPlausible(document, timeMs)) faults.implausibleTimes++;
  else {
    if (!hasZone(text.trim())) faults.zonelessTimes++;
    return timeMs;
  }
  return Number.NaN;
}

function lapOf({ startedAtMs, trigger, ...totals }: LapRow): Lap {
  return { ...NOTHING, ...totals, startedAt: isoOf(startedAtMs), trigger };
}

/** The format has no totals of an activity. */
function sessionOf({ sport, startedAtMs, firstSegment }: SessionRow): Session {
  return { ...NOTHING, startedAt: isoOf(startedAtMs), sport, subSport: null, firstSegment };
}

const NOTHING = {
  distanceM: null,
  elapsedS: null,
  timerS: null,
  averageHeartRateBpm: null,
  maxHeartRateBpm: null,
  averageCadenceRpm: null,
  averagePowerW: null,
  maxPowerW: null,
  elevationGainM: null,
  elevationLossM: null,
  energyKcal: null,
};

/** From the last point of a track to the first of the next in its lap, where both have a time. */
function pausesOf({ points: { timeMs }, resumedAt }: Recording): Pause[] {
  if (timeMs === null) return [];
  return resumedAt.flatMap((to): Pause | [] => {
    const startedAt = isoOf(timeMs[to - 1] ?? Number.NaN);
    const endedAt = isoOf(timeMs[to] ?? Number.NaN);
    return startedAt !== null && endedAt !== null && endedAt > startedAt ? { startedAt, endedAt, trigger: null } : [];
  });
}

function isoOf(timeMs: number): string | null {
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}
