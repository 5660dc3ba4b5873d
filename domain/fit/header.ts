import { crcOf } from './crc.ts';

/** The header of one FIT file; several may stand in a row ("chained"). Offsets count from the start of the input. */
export interface FitHeader {
  readonly offset: number;
  readonly dataFrom: number;
  /** What the header announces, without the CRC that follows. 0 was never filled in: the recorder broke off. */
  readonly dataBytes: number;
  /** Protocol version 2 and 1 differ in nothing that is read here. */
  readonly majorVersion: number;
  /** A header of 14 bytes may hold its own CRC; 0 means that it was not computed. */
  readonly hasWrongCrc: boolean;
}

/** Null where no header stands. */
export function readHeader(bytes: Uint8Array, offset: number): FitHeader | null {
  const size = bytes[offset] ?? 0;
  if (size !== 12 && size !== 14) return null;
  if (offset + size > bytes.length || !MARK.every((byte, i) => bytes[offset + 8 + i] === byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
  const crc = size === 14 ? view.getUint16(12, true) : 0;
  return {
    offset,
    dataFrom: offset + size,
    dataBytes: view.getUint32(4, true),
    majorVersion: (bytes[offset + 1] ?? 0) >> 4,
    hasWrongCrc: crc !== 0 && crc !== crcOf(bytes, offset, offset + 12),
  };
}

const MARK = [0x2e, 0x46, 0x49, 0x54]; // ".FIT"
