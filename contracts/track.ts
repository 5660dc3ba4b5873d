/** What a track is to everybody outside `domain/`: figures, playback series, and the stamp of what made them. */

/** Raised whenever any derived figure or artefact may change for the same input. */
export const PIPELINE_VERSION = 1;

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
  readonly start: Position;
  readonly end: Position;
  readonly bounds: Bounds;
  readonly warnings: readonly Warning[];
}

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
  readonly time_dist_reason: 'no-times' | 'too-few-times' | null;
  /** Metres since start: also there without times. */
  readonly dist: readonly number[];
  /** Micro-degrees, delta-encoded: the first value is absolute. */
  readonly lat_e6: readonly number[];
  readonly lon_e6: readonly number[];
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
