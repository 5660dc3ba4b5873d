import { Rejection } from '../../contracts/rejections.ts';
import { crcOf } from '../fit/crc.ts';
import { timesOf } from '../track/times.ts';
import { filledSegments } from '../track/track.ts';
import type { ExportedTrack } from './exported-track.ts';
import { EVENT, FILE_ID } from './fit-layouts.ts';
import { definition, message, messageSize } from './fit-message.ts';
import { recordWriter } from './fit-records.ts';
import { summaryMessages } from './fit-summary.ts';
import { timerOf } from './fit-timer.ts';
import { fitTime } from './fit-values.ts';

/**
 * A FIT activity file: file_id, timer events, records, then laps, sessions and the activity; both CRCs. Only fields that the recording has; the same bytes for the same track. Its length is known at
 * once; the bytes come in pieces of about 64 kB. Throws `Rejection` for a track without times, which is no activity.
 */
export function fitFile(exported: ExportedTrack): { readonly bytes: number; chunks(): Generator<Uint8Array> } {
  const { track } = exported;
  const times = timesOf(track);
  if (times === null) throw new Rejection('export/no-times');
  const records = recordWriter(track);
  const segments = filledSegments(track);
  const timer = timerOf(track, segments, times);
  const begin = [
    definition(FILE_ID),
    message(FILE_ID, [ACTIVITY_FILE, DEVELOPMENT, 0, fitTime(times.startedAtMs)]),
    definition(EVENT),
    definition(records.layout),
  ];
  const end = summaryMessages(exported, times);
  const events = timer.events * messageSize(EVENT);
  const dataBytes = sizeOf(begin) + events + track.lat.length * messageSize(records.layout) + sizeOf(end);
  return {
    bytes: HEADER_BYTES + dataBytes + 2,
    *chunks() {
      yield* withCrc(header(dataBytes), function* body() {
        yield* begin;
        for (const [k, { from, to }] of segments.entries()) {
          yield* timer.before(k);
          yield* records.write(from, to);
        }
        yield* timer.before(segments.length);
        yield* end;
      });
    },
  };
}

const ACTIVITY_FILE = 4;
/** The manufacturer number for software without one of its own. */
const DEVELOPMENT = 255;

const HEADER_BYTES = 14;
/** Protocol 1.0: nothing here is newer. The profile is the one whose numbers were used, 21.60. */
const PROTOCOL = 0x10;
const PROFILE = 2160;

function header(dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([HEADER_BYTES, PROTOCOL]);
  view.setUint16(2, PROFILE, true);
  view.setUint32(4, dataBytes, true);
  bytes.set([0x2e, 0x46, 0x49, 0x54], 8); // .FIT
  view.setUint16(12, crcOf(bytes, 0, 12), true);
  return bytes;
}

/** The file's CRC goes over everything before it, header included. */
function* withCrc(head: Uint8Array, body: () => Generator<Uint8Array>): Generator<Uint8Array> {
  let crc = crcOf(head, 0, head.length);
  yield head;
  for (const piece of body()) {
    crc = crcOf(piece, 0, piece.length, crc);
    yield piece;
  }
  yield Uint8Array.of(crc & 0xff, crc >>> 8);
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
