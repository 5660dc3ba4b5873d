import type { DerivedRecording, RecordingFormat } from '../contracts/recordings.ts';
import { Rejection } from '../contracts/rejections.ts';
import { deriveTrack } from './derive-track.ts';
import { readFit } from './fit/read-fit.ts';
import { readGpx } from './gpx/read-gpx.ts';
import type { PrivacyZone } from './privacy/zone-centre.ts';
import { readTcx } from './tcx/read-tcx.ts';
import { encodeColumns } from './track/columns.ts';
import type { Track } from './track/track.ts';

export interface DeriveOptions {
  readonly format: RecordingFormat;
  /** When the upload came. */
  readonly receivedAtMs: number;
  /** Given at upload; they go before what the file says. */
  readonly sport?: string | null;
  readonly name?: string | null;
  /** Around both ends of what is derived; the columns hold the whole. None by default. */
  readonly zone?: PrivacyZone;
}

/** Reads a whole, inflated recording and derives everything from it. Throws `Rejection` for what is wrong with it. */
export function deriveRecording(bytes: Uint8Array, options: DeriveOptions): DerivedRecording {
  const track = readTrack(bytes, options);
  const { name = null, sport = null, zone = NO_ZONE } = options;
  return { format: options.format, ...deriveTrack(track, { name, sport, zone }), columns: encodeColumns(track) };
}

const NO_ZONE: PrivacyZone = { radiusM: 0, key: 0 };

function readTrack(bytes: Uint8Array, { format, receivedAtMs }: DeriveOptions): Track {
  if (bytes.length === 0) throw new Rejection('upload/empty-file', { offset: 0 });
  if (format === 'gpx') return readGpx(bytes, { receivedAtMs });
  if (format === 'fit') return readFit(bytes, { receivedAtMs });
  return readTcx(bytes, { receivedAtMs });
}
