import { Rejection, type RejectionCode } from '../../contracts/rejections.ts';
import type { Warning } from '../../contracts/track.ts';
import { crcOf } from './crc.ts';
import type { FitHeader } from './header.ts';
import type { Ending } from './read-messages.ts';

/** What was lost of a recording whose beginning is good. */
export interface Loss {
  /** The first byte that could not be read. */
  readonly offset: number;
  /** Bytes that are there but could not be read, and those that were announced and are not there. */
  readonly bytes: number;
  readonly detail: string;
}

/** Where the data of one FIT file ends in this input, and how far that can be trusted. */
export interface Extent {
  /** The messages lie in `[header.dataFrom, dataTo)`. */
  readonly dataTo: number;
  /** Where the next file of a chain would begin. */
  readonly next: number;
  readonly loss: Loss | null;
  /** Announced and there, but its CRC is another one. */
  readonly hasWrongCrc: boolean;
  readonly warning: Warning | null;
}

const CRC_BYTES = 2;

/**
 * Finds the end of a file. Announced data that is not all there is a torn tail, unless the CRC at the very end holds:
 * then only the header's number is wrong (a recorder that never filled it in).
 */
export function extentOf(bytes: Uint8Array, header: FitHeader): Extent {
  const announcedTo = header.dataFrom + header.dataBytes;
  const whole = { loss: null, hasWrongCrc: false, warning: null };
  if (header.dataBytes > 0 && announcedTo + CRC_BYTES <= bytes.length) {
    const next = announcedTo + CRC_BYTES;
    const stored = storedCrc(bytes, announcedTo);
    if (stored === crcOf(bytes, header.offset, announcedTo)) return { ...whole, dataTo: announcedTo, next };
    const filler = fillerFrom(bytes, header.dataFrom, announcedTo);
    if (filler < announcedTo) return { ...whole, dataTo: filler, next, loss: fillerLoss(filler, next) };
    if (stored === 0) return { ...whole, dataTo: announcedTo, next, warning: NO_CHECKSUM };
    return { ...whole, dataTo: announcedTo, next, hasWrongCrc: true };
  }
  const next = bytes.length;
  const lastTo = next - CRC_BYTES;
  if (lastTo >= header.dataFrom && storedCrc(bytes, lastTo) === crcOf(bytes, header.offset, lastTo)) {
    return { ...whole, dataTo: lastTo, next, warning: WRONG_SIZE };
  }
  const dataTo = header.dataBytes > 0 ? Math.min(announcedTo, next) : next;
  const filler = fillerFrom(bytes, header.dataFrom, dataTo);
  if (filler < dataTo) return { ...whole, dataTo: filler, next, loss: fillerLoss(filler, next) };
  const announced = header.dataBytes > 0 ? announcedTo + CRC_BYTES : next;
  const detail =
    header.dataBytes > 0
      ? `The file announces ${announced} bytes and ends after ${next}.`
      : 'The recorder broke off before it wrote how long the file is.';
  return { ...whole, dataTo, next, loss: { offset: dataTo, bytes: announced - dataTo, detail } };
}

/**
 * Reading stopped before the end of the data. The last message cut short, with nothing behind it, is a torn tail;
 * anything else is damage in the middle and refused, since nobody could say what the rest means.
 */
export function lossAt(ending: Ending, extent: Extent, isLast: boolean): Loss | null {
  const { at, why } = ending;
  if (why !== 'whole' && (why !== 'cut' || !isLast)) {
    throw new Rejection(CODES[why], { offset: at, detail: DETAILS[why] });
  }
  if (extent.loss !== null && !isLast) throw emptiedInTheMiddle(extent.loss);
  if (why === 'whole') return extent.loss;
  const detail = extent.loss?.detail ?? 'The last message is cut short.';
  return { offset: at, bytes: extent.dataTo - at + (extent.loss?.bytes ?? 0), detail };
}

function emptiedInTheMiddle({ offset }: Loss): Rejection {
  return new Rejection('fit/bad-checksum', { offset, detail: 'Empty bytes stand in the middle of the file.' });
}

export function damageWarning({ offset, bytes, detail }: Loss): Warning {
  return {
    code: 'fit/damaged',
    detail: `${detail} What comes before byte ${offset} was read; ${bytes} bytes were lost.`,
    count: bytes,
    offset,
  };
}

const CODES = {
  cut: 'fit/bad-definition',
  'undefined-message': 'fit/undefined-message',
  'bad-definition': 'fit/bad-definition',
} as const satisfies Record<Exclude<Ending['why'], 'whole'>, RejectionCode>;

const DETAILS = {
  cut: 'A message reaches beyond the end of the data.',
  'undefined-message': 'A message of a local type that was not defined.',
  'bad-definition': 'A definition of neither byte order.',
};

const NO_CHECKSUM: Warning = { code: 'fit/no-checksum', detail: 'The file has no checksum: it could not be verified.' };
const WRONG_SIZE: Warning = {
  code: 'fit/wrong-size',
  detail: 'The header announces another length than the file has; its checksum says that it is whole.',
};

/** Zero bytes up to the end of the input: padding, nothing is lost with it. */
export function isPadding(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Recorders write in blocks: one that lost power leaves zeros or erased flash behind its last message. */
const LEAST_FILLER_BYTES = 64;

/** Where a run of zero or 0xFF bytes up to `to` begins; `to` if it is too short to be filler. */
function fillerFrom(bytes: Uint8Array, from: number, to: number): number {
  const filler = bytes[to - 1];
  if (filler !== 0 && filler !== 0xff) return to;
  let at = to;
  while (at > from && bytes[at - 1] === filler) at--;
  return to - at >= LEAST_FILLER_BYTES ? at : to;
}

function fillerLoss(offset: number, to: number): Loss {
  return { offset, bytes: to - offset, detail: 'The file ends in empty bytes: the recorder broke off.' };
}

function storedCrc(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
