import type { RecordingFormat } from '../../contracts/recordings.ts';
import type { RecorderReport, Warning } from '../../contracts/track.ts';

/**
 * The normal form of a recording: columns of equal length, one entry per point, in the order of the file.
 * A missing value is NaN; a column is null when no point has one.
 */
export interface Track {
  readonly kind: 'track' | 'route';
  readonly format: RecordingFormat;
  readonly name: string | null;
  readonly sport: string | null;
  readonly device: string | null;
  /** Index of the first point of each segment, ascending; repeated for empty segments. */
  readonly segmentStarts: Uint32Array;
  /** Degrees, WGS84. Both NaN where a point has no position, which GPX does not know. */
  readonly lat: Float64Array;
  readonly lon: Float64Array;
  /** Metres, as recorded. */
  readonly ele: Float64Array | null;
  /** Milliseconds since 1970 UTC, whole. */
  readonly timeMs: Float64Array | null;
  /** Beats per minute. */
  readonly heartRate: Float32Array | null;
  /** Revolutions (or double steps) per minute. */
  readonly cadence: Float32Array | null;
  /** Watts. */
  readonly power: Float32Array | null;
  /** Degrees Celsius. */
  readonly temperature: Float32Array | null;
  /** Metres and metres per second as the recorder reckoned them; absent where it did not. */
  readonly recordedDistanceM?: Float64Array;
  readonly recordedSpeedMps?: Float32Array;
  readonly report?: RecorderReport;
  readonly warnings: readonly Warning[];
}

/** `[from, to)` of each segment that holds a point. */
export function filledSegments(track: Pick<Track, 'segmentStarts' | 'lat'>): { from: number; to: number }[] {
  const { segmentStarts } = track;
  const filled: { from: number; to: number }[] = [];
  for (let s = 0; s < segmentStarts.length; s++) {
    const from = segmentStarts[s] ?? 0;
    const to = segmentStarts[s + 1] ?? track.lat.length;
    if (to > from) filled.push({ from, to });
  }
  return filled;
}
