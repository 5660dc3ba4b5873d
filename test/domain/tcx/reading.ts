import { Rejection } from '../../../contracts/rejections.ts';
import type { TcxDocument } from '../../../domain/tcx/document.ts';
import { readStrictly, readTcx } from '../../../domain/tcx/read-tcx.ts';
import { scanTcx } from '../../../domain/tcx/scan-tcx.ts';
import type { Track } from '../../../domain/track/track.ts';
import type { TrackBuilder } from '../../../domain/track/track-builder.ts';
import { detectEncoding } from '../../../domain/xml/encoding.ts';
import { utf8 } from '../gpx/gpx-text.ts';

export const RECEIVED_AT_MS = Date.UTC(2026, 10, 21);

export function read(document: string | Uint8Array): Track {
  return readTcx(typeof document === 'string' ? utf8(document) : document, { receivedAtMs: RECEIVED_AT_MS });
}

/** The refusal that reading gives; throws when it is accepted or fails otherwise. */
export function refusalOf(document: string | Uint8Array): Rejection {
  try {
    read(document);
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
  throw new Error('the document was accepted');
}

export function codeAndOffset(document: string | Uint8Array): [string, number | undefined] {
  const { code, facts } = refusalOf(document);
  return [code, facts.offset];
}

/** What the scanner said, held against the strict reader: `differs` is what must never be. */
export function outcomeOf(bytes: Uint8Array): 'both read it' | 'both refuse it' | 'only strictly' | 'differs' {
  const found = unlessRefused(() => detectEncoding(bytes, 'tcx'));
  const scanned = found?.encoding === 'utf-8' ? scanTcx(bytes, found.bodyAt, RECEIVED_AT_MS) : null;
  const strict = found && unlessRefused(() => readStrictly(bytes, found, { receivedAtMs: RECEIVED_AT_MS }));
  if (scanned === null) return strict === null ? 'both refuse it' : 'only strictly';
  return strict !== null && flat(scanned) === flat(strict) ? 'both read it' : 'differs';
}

function unlessRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
}

/** Everything that `readTcx` makes its track and warnings of. */
function flat({ namespaces, activities, courses, into, points, ...rest }: TcxDocument): string {
  const { unboundNames, firstUnbound } = namespaces;
  const recordings = [activities, courses].map(({ points: builder, ...more }) => [more, columns(builder)]);
  return JSON.stringify([rest, unboundNames, firstUnbound, into === courses, points === null, recordings]);
}

/** Bytes of the columns, so that -0, NaN and the last bit count. */
function columns({ capacity, count, segmentStarts, ...values }: TrackBuilder): unknown {
  return Object.entries(values).map(([name, column]) => {
    const used = column?.subarray(0, count);
    return [
      name,
      count,
      segmentStarts,
      used && Buffer.from(used.buffer, used.byteOffset, used.byteLength).toString('hex'),
    ];
  });
}
