import { Rejection } from '../../contracts/rejections.ts';
import type { Warning } from '../../contracts/track.ts';
import type { Track } from '../track/track.ts';
import { damageWarning, extentOf, isPadding, type Loss, lossAt } from './damage.ts';
import { createFitDocument, type FitDocument } from './document.ts';
import { type FitHeader, readHeader } from './header.ts';
import { fileTypeName } from './names.ts';
import { readMessages } from './read-messages.ts';
import { checkCount } from './take-message.ts';
import { trackOf } from './track-of.ts';

export interface ReadFitOptions {
  /** When the file came: times more than a day later are not believed. */
  readonly receivedAtMs: number;
}

/**
 * Reads a FIT file, all files of a chained one. A torn tail behind a good beginning is left out with the warning
 * `fit/damaged`; damage before that is refused: `Rejection` with a `fit/…` code and the byte offset of the fault.
 */
export function readFit(bytes: Uint8Array, options: ReadFitOptions): Track {
  const document = createFitDocument();
  const warnings: Warning[] = [];
  let at = 0;
  let loss: Loss | null = null;
  while ((at === 0 || at < bytes.length) && loss === null) {
    const header = readHeader(bytes, at);
    if (header === null) {
      if (at === 0) throw badHeader(bytes);
      if (!isPadding(bytes, at))
        loss = { offset: at, bytes: bytes.length - at, detail: 'Something follows the end of the recording.' };
      break;
    }
    checkCount(document.parts.length, 'fitParts', at);
    const extent = extentOf(bytes, header);
    checkHeader(header, extent.loss !== null || extent.hasWrongCrc);
    const ending = readMessages(bytes, header.dataFrom, extent.dataTo, document);
    loss = lossAt(ending, extent, extent.next >= bytes.length);
    if (extent.hasWrongCrc && loss === null) throw wrongChecksum(extent.dataTo);
    if (extent.warning) warnings.push(extent.warning);
    at = extent.next;
  }
  if (document.columns.count === 0) throw noPoints(document, loss, bytes.length);
  if (loss) warnings.unshift(damageWarning(loss));
  return trackOf(document, options.receivedAtMs, warnings);
}

const NEWEST_VERSION = 2;

/** A wrong CRC of the header alone, in a file whose own CRC holds over it, is a careless writer and no damage. */
function checkHeader({ offset, majorVersion, hasWrongCrc }: FitHeader, isFileDoubtful: boolean): void {
  if (hasWrongCrc && isFileDoubtful) {
    throw new Rejection('fit/bad-header', {
      offset: offset + 12,
      detail: 'The checksum of the header does not match.',
    });
  }
  if (majorVersion > NEWEST_VERSION) {
    const detail = `The file says FIT protocol ${majorVersion}; up to ${NEWEST_VERSION} is read.`;
    throw new Rejection('fit/unsupported-version', { offset: offset + 1, detail });
  }
}

function badHeader(bytes: Uint8Array): Rejection {
  const size = bytes[0] ?? 0;
  if (bytes.length < 12 || ((size === 12 || size === 14) && bytes.length < size)) {
    return new Rejection('fit/truncated', { offset: bytes.length, detail: 'The file ends inside its header.' });
  }
  return new Rejection('fit/bad-header', { offset: 0, detail: `A header of ${size} bytes, or without its mark.` });
}

function wrongChecksum(offset: number): Rejection {
  return new Rejection('fit/bad-checksum', {
    offset,
    detail: 'All messages can be read, but the checksum at the end does not match: something before it was changed.',
  });
}

const ACTIVITY = 4;
const COURSE = 6;

function noPoints({ fileType }: FitDocument, loss: Loss | null, offset: number): Rejection {
  if (!Number.isNaN(fileType) && fileType !== ACTIVITY && fileType !== COURSE) {
    return new Rejection('fit/not-an-activity', { offset, detail: `This is a ${fileTypeName(fileType)}.` });
  }
  if (loss)
    return new Rejection('fit/truncated', { offset: loss.offset, detail: `${loss.detail} No record comes before.` });
  return new Rejection('fit/no-points', { offset, detail: 'The file holds no records.' });
}
