/**
 * How a number is read, by its FIT base type and byte order: even numbers are little-endian, one more is big-endian.
 * `unread` is for strings and for what cannot be a number.
 */
export const CODE = {
  unread: 0,
  uint8: 2,
  sint8: 4,
  uint8z: 6,
  uint16: 8,
  sint16: 10,
  uint16z: 12,
  uint32: 14,
  sint32: 16,
  uint32z: 18,
  float32: 20,
  float64: 22,
  uint64: 24,
  sint64: 26,
  uint64z: 28,
  /** Three bytes of a `byte` array as one number: compressed speed and distance. */
  threeBytes: 30,
} as const;

const BIG = 1;

/** Base type numbers of the protocol without their top bit ("endian ability"), which some writers leave out. */
const BASE_TYPES: ReadonlyMap<number, { readonly code: number; readonly bytes: number }> = new Map([
  [0x00, { code: CODE.uint8, bytes: 1 }], // enum: invalid is 0xFF, as of uint8
  [0x01, { code: CODE.sint8, bytes: 1 }],
  [0x02, { code: CODE.uint8, bytes: 1 }],
  [0x03, { code: CODE.sint16, bytes: 2 }],
  [0x04, { code: CODE.uint16, bytes: 2 }],
  [0x05, { code: CODE.sint32, bytes: 4 }],
  [0x06, { code: CODE.uint32, bytes: 4 }],
  [0x08, { code: CODE.float32, bytes: 4 }],
  [0x09, { code: CODE.float64, bytes: 8 }],
  [0x0a, { code: CODE.uint8z, bytes: 1 }],
  [0x0b, { code: CODE.uint16z, bytes: 2 }],
  [0x0c, { code: CODE.uint32z, bytes: 4 }],
  [0x0d, { code: CODE.uint8, bytes: 1 }], // byte
  [0x0e, { code: CODE.sint64, bytes: 8 }],
  [0x0f, { code: CODE.uint64, bytes: 8 }],
  [0x10, { code: CODE.uint64z, bytes: 8 }],
]);

const STRING = 0x07;

export function isText(baseType: number): boolean {
  return (baseType & 0x1f) === STRING;
}

/**
 * The code for a field of `size` bytes; of an array the first element is read. `UNREAD` where the size is no multiple
 * of the type's: such fields exist ("misaligned", COROS) and are passed over by their size.
 */
export function codeOf(baseType: number, size: number, isBigEndian: boolean): number {
  const type = BASE_TYPES.get(baseType & 0x1f);
  if (type === undefined || size === 0 || size % type.bytes !== 0) return CODE.unread;
  return type.bytes > 1 && isBigEndian ? type.code + BIG : type.code;
}

/** The number at `at`; NaN for the type's invalid value. The caller has checked that its bytes are there. */
export function readNumber(view: DataView, at: number, code: number): number {
  const isLittle = code % 2 === 0;
  switch (isLittle ? code : code - BIG) {
    case CODE.uint8:
      return valid(view.getUint8(at), 0xff);
    case CODE.sint8:
      return valid(view.getInt8(at), 0x7f);
    case CODE.uint8z:
      return valid(view.getUint8(at), 0);
    case CODE.uint16:
      return valid(view.getUint16(at, isLittle), 0xffff);
    case CODE.sint16:
      return valid(view.getInt16(at, isLittle), 0x7fff);
    case CODE.uint16z:
      return valid(view.getUint16(at, isLittle), 0);
    case CODE.uint32:
      return valid(view.getUint32(at, isLittle), 0xffffffff);
    case CODE.sint32:
      return valid(view.getInt32(at, isLittle), 0x7fffffff);
    case CODE.uint32z:
      return valid(view.getUint32(at, isLittle), 0);
    default:
      return readWide(view, at, code);
  }
}

/** Numbers that are hardly ever met: kept out of the hot function. */
function readWide(view: DataView, at: number, code: number): number {
  const isLittle = code % 2 === 0;
  switch (isLittle ? code : code - BIG) {
    case CODE.float32:
      return finite(view.getFloat32(at, isLittle));
    case CODE.float64:
      return finite(view.getFloat64(at, isLittle));
    case CODE.uint64:
      return wide(view.getBigUint64(at, isLittle), 0xffff_ffff_ffff_ffffn);
    case CODE.sint64:
      return wide(view.getBigInt64(at, isLittle), 0x7fff_ffff_ffff_ffffn);
    case CODE.uint64z:
      return wide(view.getBigUint64(at, isLittle), 0n);
    case CODE.threeBytes:
      return valid(view.getUint16(at, true) | (view.getUint8(at + 2) << 16), 0xffffff);
    default:
      return Number.NaN;
  }
}

/** The text up to its first zero byte; null where there is none. Bytes that are no UTF-8 become U+FFFD. */
export function readText(bytes: Uint8Array, at: number, size: number): string | null {
  const field = bytes.subarray(at, at + size);
  const end = field.indexOf(0);
  const text = TEXT.decode(end < 0 ? field : field.subarray(0, end)).trim();
  return text === '' ? null : text;
}

const TEXT = new TextDecoder();

function valid(value: number, invalid: number): number {
  return value === invalid ? Number.NaN : value;
}

/** The invalid floats are those with all bits set: they are NaN already. Infinity says no more than that. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

function wide(value: bigint, invalid: bigint): number {
  return value === invalid ? Number.NaN : Number(value);
}
