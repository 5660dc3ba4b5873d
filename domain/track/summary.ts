import type { TrackSummary } from '../../contracts/track.ts';
import { bestSpeedsOf, fastestOf } from './best-windows.ts';
import { roundM } from './distance.ts';
import type { ClimbShares } from './elevation.ts';
import { sensorSummaryOf } from './sensors.ts';
import { climbTally, heartTally, timeTally, type Way } from './split-sums.ts';
import { bordersOf, KM_M, MILE_M, type SplitSums, splitsOf } from './splits.ts';
import { type TimerLine, timerLineOf } from './timer-line.ts';
import { placedSegments, type TrackTimes } from './times.ts';
import type { Track } from './track.ts';

/** What the other figures have found on their way. */
export interface SummarySource {
  readonly track: Track;
  readonly cumulativeM: Float64Array;
  readonly suspicious: Uint8Array | null;
  readonly times: TrackTimes | null;
  readonly movingS: number | null;
  /** Milliseconds in motion of the step to each point. */
  readonly movingMs: Float64Array;
  readonly climb: ClimbShares | null;
}

export function summaryOf(source: SummarySource): TrackSummary {
  const { track, times } = source;
  const line = times && timerLineOf(track, source.cumulativeM, source.suspicious);
  const timerS = times?.timerS ?? null;
  return {
    ...speedsOf(source, line),
    ...elevationRangeOf(track),
    heartRateBpm: sensorSummaryOf(track, track.heartRate, timerS),
    cadenceRpm: sensorSummaryOf(track, track.cadence, timerS),
    powerW: sensorSummaryOf(track, track.power, timerS),
    temperatureC: sensorSummaryOf(track, track.temperature, timerS),
    fastest: line && fastestOf(line),
    ...bothSplitsOf(source),
  };
}

function speedsOf({ track, cumulativeM, times, movingS }: SummarySource, line: TimerLine | null) {
  const bestSpeeds = line && bestSpeedsOf(line);
  const distanceM = cumulativeM.at(-1) ?? 0;
  const isTimed = times !== null && hasEnoughTimes(track);
  return {
    averageSpeedMps: isTimed ? speedMps(distanceM, times.timerS) : null,
    movingSpeedMps: isTimed ? speedMps(distanceM, movingS) : null,
    maxSpeedMps: bestSpeeds?.[0]?.speedMps ?? null,
    bestSpeeds,
  };
}

/** The metres of the whole track would be held against the seconds of a part of it; the series stops there too. */
function hasEnoughTimes({ timeMs, lat }: Track): boolean {
  let timed = 0;
  for (let i = 0; timeMs !== null && i < timeMs.length; i++) if (!Number.isNaN(timeMs[i])) timed++;
  return timed * 2 >= lat.length;
}

function speedMps(distanceM: number, durationS: number | null): number | null {
  return durationS ? Math.round((distanceM / durationS) * 1000) / 1000 : null;
}

function elevationRangeOf({ ele }: Track): Pick<TrackSummary, 'elevationMinM' | 'elevationMaxM'> {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; ele !== null && i < ele.length; i++) {
    const height = ele[i] ?? Number.NaN;
    if (height < min) min = height;
    if (height > max) max = height;
  }
  if (min > max) return { elevationMinM: null, elevationMaxM: null };
  return { elevationMinM: Math.round(min * 1000) / 1000 + 0, elevationMaxM: Math.round(max * 1000) / 1000 + 0 };
}

function bothSplitsOf({ track, cumulativeM, times, movingMs, climb }: SummarySource) {
  const distanceM = roundM(cumulativeM.at(-1) ?? 0);
  const km = bordersOf(distanceM, KM_M);
  const mile = bordersOf(distanceM, MILE_M);
  const way: Way = {
    track,
    cumulativeM,
    segments: placedSegments(track, cumulativeM),
    borders: [km ?? [], mile ?? []],
  };
  const sums: SplitSums = {
    time: times && timeTally(way, times.startedAtMs, movingMs),
    climb: climb && climbTally(way, climb),
    heart: track.heartRate && heartTally(way, track.heartRate),
  };
  return { splitsKm: km && splitsOf(sums, km, 0), splitsMile: mile && splitsOf(sums, mile, 1) };
}
