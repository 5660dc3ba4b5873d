import type { TrackSeries, TrackStatistics } from './track.ts';

/** Formats that are recognised by their first bytes. */
export const RECORDING_FORMATS = ['gpx', 'fit', 'tcx'] as const;
export type RecordingFormat = (typeof RECORDING_FORMATS)[number];

/** What reading and deriving one recording yields; `columns` is the normal form (domain/track/columns.ts). */
export interface DerivedRecording {
  readonly format: RecordingFormat;
  readonly statistics: TrackStatistics;
  readonly series: TrackSeries;
  readonly columns: Uint8Array;
}
