import type { Lap, SensorSummary, Session } from '../../contracts/track.ts';
import { LAP_TRIGGERS, numberOf, subSportNumber } from '../fit/names.ts';
import type { TrackTimes } from '../track/times.ts';
import type { ExportedTrack } from './exported-track.ts';
import { ACTIVITY, LAP, SESSION } from './fit-layouts.ts';
import { definition, message } from './fit-message.ts';
import { fitSport, fitTime } from './fit-values.ts';

const SESSION_EVENT = 8;
const LAP_EVENT = 9;
const ACTIVITY_EVENT = 26;
const STOP = 1;

/** What stands after the records: laps and sessions of the recorder, or one of each over all, and the activity. */
export function summaryMessages(exported: ExportedTrack, times: TrackTimes): Uint8Array[] {
  const { sport, report } = exported.track;
  const whole = wholeOf(exported, times);
  const laps = someOr(report?.laps, { ...whole, trigger: 'session_end' });
  const sessions = someOr(report?.sessions, { ...whole, sport, subSport: null, firstSegment: null });
  const lapEnds = endsOf(laps, times);
  const sessionEnds = endsOf(sessions, times);
  const lapsFrom = sessions.map((session) => firstLap(laps, session));
  const end = fitTime(times.endedAtMs);
  const offsetS = report?.utcOffsetS ?? null;
  return [
    definition(LAP),
    ...laps.map((lap, k) => {
      const trigger = lap.trigger === null ? null : numberOf(LAP_TRIGGERS, lap.trigger, 'trigger');
      return message(LAP, [k, lapEnds[k] ?? null, LAP_EVENT, STOP, ...totals(lap), trigger, fitSport(sport)]);
    }),
    definition(SESSION),
    ...sessions.map((session, k) => {
      const firstOfNext = sessions.length === k + 1 ? laps.length : (lapsFrom[k + 1] ?? laps.length);
      const from = k === 0 ? 0 : (lapsFrom[k] ?? laps.length);
      // What the caller said of the sport goes before what the recorder said, where there is one sport.
      const number = fitSport(sessions.length === 1 ? sport : session.sport);
      const kind = [number, subSportNumber(session.subSport ?? 'generic'), from, Math.max(firstOfNext - from, 0), 0];
      return message(SESSION, [k, sessionEnds[k] ?? null, SESSION_EVENT, STOP, ...totals(session), ...kind]);
    }),
    definition(ACTIVITY),
    message(ACTIVITY, [
      ...[end, times.timerS * 1000, sessions.length, 0, ACTIVITY_EVENT, STOP],
      offsetS === null ? null : end + offsetS,
    ]),
  ];
}

type Totals = Omit<Lap, 'trigger'>;

/** In the order of the layouts, after the first four fields. */
function totals(of: Totals): (number | null)[] {
  return [
    of.startedAt === null ? null : fitTime(Date.parse(of.startedAt)),
    ...[times(of.elapsedS, 1000), times(of.timerS, 1000), times(of.distanceM, 100), of.energyKcal],
    ...[of.averageHeartRateBpm, of.maxHeartRateBpm, of.averageCadenceRpm],
    ...[of.averagePowerW, of.maxPowerW, of.elevationGainM, of.elevationLossM],
  ];
}

function times(value: number | null, scale: number): number | null {
  return value === null ? null : value * scale;
}

function wholeOf({ figures }: ExportedTrack, { startedAtMs, elapsedS, timerS }: TrackTimes): Totals {
  const { distanceM, elevationGainM, elevationLossM, summary } = figures;
  const sensor = (of: SensorSummary | null | undefined) => ({ average: of?.average ?? null, max: of?.max ?? null });
  const heartRate = sensor(summary?.heartRateBpm);
  const power = sensor(summary?.powerW);
  return {
    ...{ startedAt: new Date(startedAtMs).toISOString(), elapsedS, timerS, distanceM, energyKcal: null },
    ...{ averageHeartRateBpm: heartRate.average, maxHeartRateBpm: heartRate.max },
    averageCadenceRpm: sensor(summary?.cadenceRpm).average,
    ...{ averagePowerW: power.average, maxPowerW: power.max, elevationGainM, elevationLossM },
  };
}

function someOr<T>(reported: readonly T[] | undefined, whole: T): readonly T[] {
  return reported?.length ? reported : [whole];
}

/** The end of each: its start and elapsed time, else the start of the next one, else the end of the recording. */
function endsOf(stretches: readonly Totals[], { endedAtMs }: TrackTimes): number[] {
  return stretches.map(({ startedAt, elapsedS }, k) => {
    if (startedAt !== null && elapsedS !== null) return fitTime(Date.parse(startedAt) + elapsedS * 1000);
    const next = stretches[k + 1]?.startedAt ?? null;
    return fitTime(next === null ? endedAtMs : Date.parse(next));
  });
}

function firstLap(laps: readonly Lap[], { startedAt }: Session): number {
  const found = laps.findIndex((lap) => lap.startedAt !== null && startedAt !== null && lap.startedAt >= startedAt);
  return found < 0 ? laps.length : found;
}
