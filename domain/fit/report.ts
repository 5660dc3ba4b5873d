import type { Lap, Pause, RecorderReport, Session } from '../../contracts/track.ts';
import type { FitDocument, TotalsRow } from './document.ts';
import { LAP_TRIGGERS, named, sportName, subSportName } from './names.ts';
import type { TimerPause } from './pauses.ts';
import { TOTALS } from './profile.ts';
import type { Segmentation } from './segments.ts';
import { isoOf } from './times.ts';

/** What the recorder says of laps, sessions and pauses, in the words of the contract. */
export function reportOf(document: FitDocument, segmentation: Segmentation): RecorderReport {
  return {
    laps: document.laps.map((row) => lapOf(document, row)),
    sessions: document.sessions.map((row, s) => sessionOf(document, row, segmentation.firstSegments[s] ?? null)),
    pauses: segmentation.pauses.flatMap((pause) => pauseOf(document, pause) ?? []),
    timerS: segmentation.timerS === null ? null : thousandth(segmentation.timerS),
    utcOffsetS: orNull(document.localOffsetS),
  };
}

function lapOf(document: FitDocument, row: TotalsRow): Lap {
  return { ...totalsOf(document, row), trigger: named(LAP_TRIGGERS, number(row, TOTALS.trigger), 'trigger') };
}

function sessionOf(document: FitDocument, row: TotalsRow, firstSegment: number | null): Session {
  return {
    ...totalsOf(document, row),
    sport: sportName(number(row, TOTALS.sport)),
    subSport: subSportName(number(row, TOTALS.subSport)),
    firstSegment,
  };
}

function totalsOf(document: FitDocument, row: TotalsRow) {
  const value = (slot: number) => orNull(number(row, slot));
  return {
    startedAt: isoOf(number(row, TOTALS.start), document),
    distanceM: value(TOTALS.distance),
    elapsedS: value(TOTALS.elapsed),
    timerS: value(TOTALS.timer),
    averageHeartRateBpm: value(TOTALS.averageHeartRate),
    maxHeartRateBpm: value(TOTALS.maxHeartRate),
    averageCadenceRpm: value(TOTALS.averageCadence),
    averagePowerW: value(TOTALS.averagePower),
    maxPowerW: value(TOTALS.maxPower),
    elevationGainM: value(TOTALS.ascent),
    elevationLossM: value(TOTALS.descent),
    energyKcal: value(TOTALS.calories),
  };
}

/** By the number in a timer event. */
export const PAUSE_TRIGGERS = ['manual', 'auto', 'fitness-equipment'] as const;

function pauseOf(document: FitDocument, { fromS, toS, trigger }: TimerPause): Pause | null {
  const startedAt = isoOf(fromS, document);
  const endedAt = isoOf(toS, document);
  if (startedAt === null || endedAt === null) return null;
  return { startedAt, endedAt, trigger: PAUSE_TRIGGERS[trigger] ?? null };
}

function number(row: TotalsRow, slot: number): number {
  return row[slot] ?? Number.NaN;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function thousandth(value: number): number {
  return Math.round(value * 1000) / 1000;
}
