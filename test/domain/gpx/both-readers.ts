import { Rejection } from '../../../contracts/rejections.ts';
import type { GpxDocument } from '../../../domain/gpx/gpx-document.ts';
import { readStrictly } from '../../../domain/gpx/read-gpx.ts';
import { scanGpx } from '../../../domain/gpx/scan-gpx.ts';
import type { TrackBuilder } from '../../../domain/track/track-builder.ts';
import { detectEncoding, type EncodingFound } from '../../../domain/xml/encoding.ts';
import { RECEIVED_AT_MS } from './gpx-text.ts';

/** What the scanner said, held against the strict reader: `differs` is what must never be. */
export type Outcome = 'both read it' | 'both refuse it' | 'only the strict reader reads it' | 'differs';

export function outcomeOf(bytes: Uint8Array): Outcome {
  const found = encodingOf(bytes);
  const scanned = found?.encoding === 'utf-8' ? scanGpx(bytes, found.bodyAt, RECEIVED_AT_MS) : null;
  const strict = found && strictly(bytes, found);
  if (scanned === null) return strict === null ? 'both refuse it' : 'only the strict reader reads it';
  return strict !== null && sameBits(scanned, strict) ? 'both read it' : 'differs';
}

function encodingOf(bytes: Uint8Array): EncodingFound | null {
  return unlessRefused(() => detectEncoding(bytes, 'gpx'));
}

function strictly(bytes: Uint8Array, found: EncodingFound): GpxDocument | null {
  return unlessRefused(() => readStrictly(bytes, found, { receivedAtMs: RECEIVED_AT_MS }));
}

function unlessRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
}

function sameBits(a: GpxDocument, b: GpxDocument): boolean {
  return flat(a) === flat(b);
}

/** Everything that `readGpx` makes its track and warnings of. */
function flat(document: GpxDocument): string {
  const { namespaces, tracks, routes, path, points, ...rest } = document;
  const { unboundNames, firstUnbound } = namespaces;
  return JSON.stringify([rest, unboundNames, firstUnbound, path, points, columns(tracks), columns(routes)]);
}

const COLUMNS = ['lat', 'lon', 'ele', 'timeMs', 'heartRate', 'cadence', 'power', 'temperature'] as const;

/** Bytes of the columns, so that -0, NaN and the last bit count. */
function columns(builder: TrackBuilder): unknown {
  const bytes = COLUMNS.map((name) => {
    const values = builder[name]?.subarray(0, builder.count);
    return values ? Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64') : null;
  });
  return [builder.count, builder.segmentStarts, bytes];
}
