import type { SensorSummary } from '../../contracts/track.ts';
import type { TrackTimes } from '../track/times.ts';
import type { ExportedTrack } from './exported-track.ts';
import { ACTIVITY, LAP, SESSION } from './fit-layouts.ts';
import { definition, message } from './fit-message.ts';
import { fitSport, fitTime } from './fit-values.ts';

const SESSION_EVENT = 8;
const LAP_EVENT = 9;
const ACTIVITY_EVENT = 26;
const STOP = 1;
const SESSION_END = 7;

/** What stands after the records: laps (the recording's, or one over all), one session, the activity. */
export function summaryMessages(exported: ExportedTrack, times: TrackTimes): Uint8Array[] {
  const { distanceM, elevationGainM, elevationLossM, summary } = exported.figures;
  const laps = lapsOf(exported, times);
  const sport = fitSport(exported.track.sport);
  const end = fitTime(times.endedAtMs);
  const totals = [times.elapsedS * 1000, times.timerS * 1000, distanceM * 100];
  const session = [
    ...[0, end, SESSION_EVENT, STOP, fitTime(times.startedAtMs), ...totals, sport, 0],
    ...[summary?.heartRateBpm, summary?.cadenceRpm, summary?.powerW].flatMap(averageAndMax),
    ...[elevationGainM, elevationLossM, 0, laps.length, 0],
  ];
  return [
    definition(LAP),
    ...laps.map((lap, k) => message(LAP, [k, lap.end, LAP_EVENT, STOP, lap.start, ...lap.totals, lap.trigger, sport])),
    definition(SESSION),
    message(SESSION, session),
    definition(ACTIVITY),
    message(ACTIVITY, [end, times.timerS * 1000, 1, 0, ACTIVITY_EVENT, STOP]),
  ];
}

interface LapMessage {
  readonly start: number;
  readonly end: number;
  /** Elapsed, timer and distance, raw. */
  readonly totals: readonly (number | null)[];
  readonly trigger: number;
}

function lapsOf({ figures }: ExportedTrack, times: TrackTimes): LapMessage[] {
  const laps = figures.laps ?? [];
  if (laps.length === 0) {
    const totals = [times.elapsedS * 1000, times.timerS * 1000, figures.distanceM * 100];
    return [{ start: fitTime(times.startedAtMs), end: fitTime(times.endedAtMs), totals, trigger: SESSION_END }];
  }
  return laps.map(({ startedAt, elapsedS, timerS, distanceM: lapM }, k) => {
    const startMs = Date.parse(startedAt);
    const next = laps[k + 1];
    const endMs = elapsedS !== null ? startMs + elapsedS * 1000 : next ? Date.parse(next.startedAt) : times.endedAtMs;
    const totals = [elapsedS, timerS].map((seconds) => seconds && seconds * 1000).concat(lapM && lapM * 100);
    return { start: fitTime(startMs), end: fitTime(endMs), totals, trigger: next ? MANUAL : SESSION_END };
  });
}

const MANUAL = 0;

function averageAndMax(sensor: SensorSummary | null | undefined): (number | null)[] {
  return [sensor?.average ?? null, sensor?.max ?? null];
}
