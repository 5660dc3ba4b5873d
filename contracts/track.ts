/** What a track is to everybody outside `domain/`: figures, playback series, and the stamp of what made them. */

/** Raised whenever any derived figure or artefact may change for the same input. */
export const PIPELINE_VERSION = 2;

/** What each version derives otherwise, or for the first time: what a reprocess of an older track would change. */
export const PIPELINE_CHANGES: Readonly<Record<number, readonly string[]>> = {
  2: ['laps', 'summary', 'gpsQuality'],
};

export interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** Degrees. A track that crosses the antimeridian has `minLon > maxLon`, as in GeoJSON (RFC 7946 §5.2). */
export interface Bounds {
  readonly minLat: number;
  readonly minLon: number;
  readonly maxLat: number;
  readonly maxLon: number;
}

export interface Warning {
  readonly code: string;
  readonly detail: string;
  readonly count?: number;
  /** Byte of the inflated input, from 0. */
  readonly offset?: number;
}

/** Time-weighted; units are in the name of the field that holds it. */
export interface SensorSummary {
  readonly average: number | null;
  readonly min: number;
  readonly max: number;
  /** Of the timer time, 0 to 1. */
  readonly coveredShare: number | null;
}

/** A whole kilometre or mile, the last one as long as what is left. */
export interface Split {
  readonly distanceM: number;
  readonly elapsedS: number | null;
  readonly movingS: number | null;
  readonly elevationGainM: number | null;
  readonly elevationLossM: number | null;
  readonly averageHeartRateBpm: number | null;
}

/** The fastest stretch of so many seconds. */
export interface BestSpeed {
  readonly windowS: number;
  readonly speedMps: number;
}

/** The shortest timer time for so many metres. */
export interface FastestDistance {
  readonly distanceM: number;
  readonly timerS: number;
}

export interface TrackSummary {
  readonly averageSpeedMps: number | null;
  readonly movingSpeedMps: number | null;
  readonly maxSpeedMps: number | null;
  readonly elevationMinM: number | null;
  readonly elevationMaxM: number | null;
  readonly heartRateBpm: SensorSummary | null;
  readonly cadenceRpm: SensorSummary | null;
  readonly powerW: SensorSummary | null;
  readonly temperatureC: SensorSummary | null;
  /** Only windows for which the track is long enough, the shortest first. Null without times. */
  readonly bestSpeeds: readonly BestSpeed[] | null;
  /** Only distances that the track reaches, the shortest first. Null without times. */
  readonly fastest: readonly FastestDistance[] | null;
  /** Null when there would be more than `LIMITS.splits`. */
  readonly splitsKm: readonly Split[] | null;
  readonly splitsMile: readonly Split[] | null;
}

export interface GpsQuality {
  readonly gaps: number | null;
  readonly gapsS: number | null;
  readonly spikes: number | null;
  readonly suspiciousShare: number | null;
  readonly withoutTimeShare: number;
  readonly withoutElevationShare: number;
  readonly medianIntervalS: number | null;
}

/** What the recorder itself says of a stretch; null where it says nothing. */
interface RecorderTotals {
  readonly startedAt: string | null;
  readonly distanceM: number | null;
  readonly elapsedS: number | null;
  readonly timerS: number | null;
  readonly averageHeartRateBpm: number | null;
  readonly maxHeartRateBpm: number | null;
  readonly averageCadenceRpm: number | null;
  readonly averagePowerW: number | null;
  readonly maxPowerW: number | null;
  readonly elevationGainM: number | null;
  readonly elevationLossM: number | null;
  readonly energyKcal: number | null;
}

/** As the recorder wrote it. GPX has none. */
export interface Lap extends RecorderTotals {
  /** What ended it: `manual`, `distance`, `time` … */
  readonly trigger: string | null;
}

/** One sport of a recording, as the recorder wrote it. GPX has none. */
export interface Session extends RecorderTotals {
  readonly sport: string | null;
  readonly subSport: string | null;
  /** Of the track; null where no point was recorded in it. */
  readonly firstSegment: number | null;
}

/** Between a stop of the recorder's timer and its next start. */
export interface Pause {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly trigger: 'manual' | 'auto' | 'fitness-equipment' | null;
}

/** What a recorder reports besides its points. */
export interface RecorderReport {
  readonly laps: readonly Lap[];
  readonly sessions: readonly Session[];
  readonly pauses: readonly Pause[];
  /** Time in which its timer ran. */
  readonly timerS: number | null;
  /** Local time less UTC where it was recorded. */
  readonly utcOffsetS: number | null;
}

/** Definitions, units and sources: docs/reference/statistics.md. `null` means that the recording cannot tell. */
export interface TrackStatistics {
  readonly kind: 'track' | 'route';
  readonly name: string | null;
  readonly sport: string | null;
  readonly device: string | null;
  readonly points: number;
  readonly segments: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly distanceM: number;
  readonly elapsedS: number | null;
  readonly timerS: number | null;
  readonly movingS: number | null;
  readonly elevationGainM: number | null;
  readonly elevationLossM: number | null;
  /** Hysteresis of gain and loss, in metres. */
  readonly elevationThresholdM: number | null;
  /** The three are null when no point has a position (indoors), or the privacy zone leaves none. */
  readonly start: Position | null;
  readonly end: Position | null;
  readonly bounds: Bounds | null;
  readonly laps: readonly Lap[];
  /** The three only where the recorder reports such things, which GPX cannot. */
  readonly sessions?: readonly Session[];
  readonly pauses?: readonly Pause[];
  readonly utcOffsetS?: number | null;
  readonly summary: TrackSummary;
  readonly gpsQuality: GpsQuality;
  readonly warnings: readonly Warning[];
}

/** What came with pipeline version 2. */
type SinceVersion2 = 'laps' | 'summary' | 'gpsQuality';

/** As a row holds it: an older pipeline version left out what it did not know. */
export type StoredStatistics = Omit<TrackStatistics, SinceVersion2> & Partial<Pick<TrackStatistics, SinceVersion2>>;

export const SERIES_VERSION = 1;

/**
 * What a player needs, thinned to at most 2,000 points; columns of equal length `n`.
 * Snake-case names are the published format of version 1.
 */
export interface TrackSeries {
  readonly v: typeof SERIES_VERSION;
  readonly n: number;
  /** `[seconds since start, metres since start]`, monotone in both; first `[0, 0]`, last `[elapsed, distance]`. */
  readonly time_dist: readonly (readonly [number, number])[] | null;
  /** Why `time_dist` is null. */
  readonly time_dist_reason: 'no-times' | 'too-few-times' | 'nothing-visible' | null;
  /** Metres since start: also there without times. */
  readonly dist: readonly number[];
  /** Micro-degrees, delta-encoded: the first value is absolute. Both null when no point has a position, or none is left. */
  readonly lat_e6: readonly number[] | null;
  readonly lon_e6: readonly number[] | null;
  /** Decimetres, `null` where the recording has none; the whole column is null when no point has one. */
  readonly ele_dm: readonly (number | null)[] | null;
  readonly hr: readonly (number | null)[] | null;
  readonly cad: readonly (number | null)[] | null;
  readonly power: readonly (number | null)[] | null;
  readonly temp: readonly (number | null)[] | null;
  /** Indices of `n` at which a new segment begins (never 0). */
  readonly segment_starts: readonly number[];
  /** The largest distance of any recorded point from where playback shows it at that moment, in metres. */
  readonly max_error_m: number;
}
