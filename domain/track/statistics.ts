import type { Position, TrackStatistics } from '../../contracts/track.ts';
import { boundsOf } from './bounds.ts';
import { cumulativeDistanceM, roundM } from './distance.ts';
import { climbOf, ELEVATION_THRESHOLD_M } from './elevation.ts';
import { gpsQualityOf } from './gps-quality.ts';
import { movingS } from './moving.ts';
import { placedTrack } from './positions.ts';
import { summaryOf } from './summary.ts';
import { suspiciousFixes } from './suspicious.ts';
import { timesOf } from './times.ts';
import type { Track } from './track.ts';

/** What the caller said at upload; it goes before what the file says. */
export interface Overrides {
  readonly name?: string | null;
  readonly sport?: string | null;
}

/** Every figure of a track. Definitions, units, rounding and sources: docs/reference/statistics.md. */
export function statisticsOf(
  track: Track,
  overrides: Overrides = {},
  cumulativeM: Float64Array = cumulativeDistanceM(track),
): TrackStatistics {
  const sport = overrides.sport || track.sport;
  const times = timesOf(track);
  const points = track.lat.length;
  const movingMs = new Float64Array(points);
  const moving = times && movingS(track, cumulativeM, sport, movingMs);
  const shares = track.ele && { gainMm: new Float64Array(points), lossMm: new Float64Array(points) };
  const climb = shares && climbOf(track, shares);
  const placed = placedTrack(track);
  const suspicious = suspiciousFixes(placed ?? track, cumulativeM);
  return {
    kind: track.kind,
    name: overrides.name || track.name,
    sport,
    device: track.device,
    points,
    segments: track.segmentStarts.length,
    startedAt: times && new Date(times.startedAtMs).toISOString(),
    endedAt: times && new Date(times.endedAtMs).toISOString(),
    distanceM: roundM(cumulativeM.at(-1) ?? 0),
    elapsedS: times?.elapsedS ?? null,
    timerS: times?.timerS ?? null,
    movingS: moving,
    elevationGainM: climb?.gainM ?? null,
    elevationLossM: climb?.lossM ?? null,
    elevationThresholdM: climb && ELEVATION_THRESHOLD_M,
    start: placed && positionAt(placed, 0),
    end: placed && positionAt(placed, points - 1),
    bounds: placed && boundsOf(placed),
    laps: [],
    ...recorderFigures(track),
    summary: summaryOf({ track, cumulativeM, suspicious, times, movingS: moving, movingMs, climb: shares }),
    gpsQuality: gpsQualityOf(track, suspicious),
    warnings: track.warnings,
  };
}

/** Only those that the recorder reports: what a GPX gives stays as it was before there were others. */
function recorderFigures({ report }: Track): Partial<TrackStatistics> {
  if (report === undefined) return {};
  const { laps, sessions, pauses, utcOffsetS } = report;
  return { laps, sessions, pauses, utcOffsetS };
}

function positionAt(track: Track, index: number): Position {
  return { lat: track.lat[index] ?? 0, lon: track.lon[index] ?? 0 };
}
