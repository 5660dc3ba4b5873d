import type { DerivedRecording, RecordingFormat } from '../contracts/recordings.ts';
import { Rejection } from '../contracts/rejections.ts';
import { readFit } from './fit/read-fit.ts';
import { readGpx } from './gpx/read-gpx.ts';
import { readTcx } from './tcx/read-tcx.ts';
import { encodeColumns } from './track/columns.ts';
import { cumulativeDistanceM } from './track/distance.ts';
import { seriesOf } from './track/series.ts';
import { statisticsOf } from './track/statistics.ts';
import type { Track } from './track/track.ts';

export interface DeriveOptions {
  readonly format: RecordingFormat;
  /** When the upload came. */
  readonly receivedAtMs: number;
  /** Given at upload; they go before what the file says. */
  readonly sport?: string | null;
  readonly name?: string | null;
}

/** Reads a whole, inflated recording and derives everything from it. Throws `Rejection` for what is wrong with it. */
export function deriveRecording(bytes: Uint8Array, options: DeriveOptions): DerivedRecording {
  const track = readTrack(bytes, options);
  const cumulativeM = cumulativeDistanceM(track);
  const { name = null, sport = null } = options;
  return {
    format: options.format,
    statistics: statisticsOf(track, { name, sport }, cumulativeM),
    series: seriesOf(track, cumulativeM),
    columns: encodeColumns(track),
  };
}

function readTrack(bytes: Uint8Array, { format, receivedAtMs }: DeriveOptions): Track {
  if (bytes.length === 0) throw new Rejection('upload/empty-file', { offset: 0 });
  if (format === 'gpx') return readGpx(bytes, { receivedAtMs });
  if (format === 'fit') return readFit(bytes, { receivedAtMs });
  return readTcx(bytes, { receivedAtMs });
}
