/**
 * FIT written byte by byte, from the published protocol: the parts of which tests build whole, odd and broken files.
 * It shares nothing with the reader on purpose; one mistake in both would prove itself right.
 */
const TYPES = {
  enum: { id: 0x00, bytes: 1, invalid: 0xff },
  sint8: { id: 0x01, bytes: 1, invalid: 0x7f },
  uint8: { id: 0x02, bytes: 1, invalid: 0xff },
  sint16: { id: 0x83, bytes: 2, invalid: 0x7fff },
  uint16: { id: 0x84, bytes: 2, invalid: 0xffff },
  sint32: { id: 0x85, bytes: 4, invalid: 0x7fffffff },
  uint32: { id: 0x86, bytes: 4, invalid: 0xffffffff },
  string: { id: 0x07, bytes: 1, invalid: 0 },
  float32: { id: 0x88, bytes: 4, invalid: Number.NaN },
  float64: { id: 0x89, bytes: 8, invalid: Number.NaN },
  uint8z: { id: 0x0a, bytes: 1, invalid: 0 },
  uint16z: { id: 0x8b, bytes: 2, invalid: 0 },
  uint32z: { id: 0x8c, bytes: 4, invalid: 0 },
  byte: { id: 0x0d, bytes: 1, invalid: 0xff },
  sint64: { id: 0x8e, bytes: 8, invalid: 0x7fff_ffff_ffff_ffffn },
  uint64: { id: 0x8f, bytes: 8, invalid: 0xffff_ffff_ffff_ffffn },
  uint64z: { id: 0x90, bytes: 8, invalid: 0n },
} as const;

export type FitType = keyof typeof TYPES;
export type FitValue = number | string | readonly number[] | null;

export interface FieldSpec {
  readonly number: number;
  readonly type: FitType;
  /** In bytes; that of one value unless given. A size that is no multiple of the type's is written as zeros. */
  readonly size?: number;
  /** For developer fields: whose. */
  readonly developer?: number;
}

/** A local message: its definition, and data in the order of its fields. `null` is the type's invalid value. */
export interface LocalMessage {
  readonly definition: number[];
  data(...values: FitValue[]): number[];
  /** With a compressed timestamp: the low five bits of the time. Local types 0 to 3 only. */
  compressed(timeOffset: number, ...values: FitValue[]): number[];
}

export function localMessage(
  local: number,
  message: number,
  fields: readonly FieldSpec[],
  { isBigEndian = false } = {},
): LocalMessage {
  const native = fields.filter((field) => field.developer === undefined);
  const developers = fields.filter((field) => field.developer !== undefined);
  const triple = ({ number, type, size = TYPES[type].bytes, developer }: FieldSpec) => [
    number,
    size,
    developer ?? TYPES[type].id,
  ];
  const global = isBigEndian ? [message >> 8, message & 0xff] : [message & 0xff, message >> 8];
  const body = (values: readonly FitValue[]) =>
    [...native, ...developers].flatMap((field) => {
      return [...bytesOf(field, values[fields.indexOf(field)] ?? null, isBigEndian)];
    });
  return {
    definition: [
      0x40 | (developers.length > 0 ? 0x20 : 0) | local,
      0,
      isBigEndian ? 1 : 0,
      ...global,
      native.length,
      ...native.flatMap(triple),
      ...(developers.length > 0 ? [developers.length, ...developers.flatMap(triple)] : []),
    ],
    data: (...values) => [local, ...body(values)],
    compressed: (timeOffset, ...values) => [0x80 | (local << 5) | timeOffset, ...body(values)],
  };
}

export interface FileOptions {
  readonly headerBytes?: 12 | 14;
  readonly headerCrc?: 'right' | 'zero' | 'wrong';
  readonly fileCrc?: 'right' | 'zero' | 'wrong' | 'none';
  /** What the header says; the truth unless given. */
  readonly announcedBytes?: number;
  readonly version?: number;
}

export function fitFile(data: readonly number[], options: FileOptions = {}): Buffer {
  const { headerBytes = 14, headerCrc = 'right', fileCrc = 'right', version = 0x20 } = options;
  const header = Buffer.alloc(headerBytes);
  header[0] = headerBytes;
  header[1] = version;
  header.writeUInt16LE(2132, 2);
  header.writeUInt32LE(options.announcedBytes ?? data.length, 4);
  header.write('.FIT', 8, 'latin1');
  if (headerBytes === 14 && headerCrc !== 'zero') {
    header.writeUInt16LE(slowCrc(header.subarray(0, 12)) ^ (headerCrc === 'wrong' ? 0x101 : 0), 12);
  }
  const whole = Buffer.concat([header, Buffer.from(data)]);
  if (fileCrc === 'none') return whole;
  const crc = Buffer.alloc(2);
  if (fileCrc !== 'zero') crc.writeUInt16LE(slowCrc(whole) ^ (fileCrc === 'wrong' ? 0x101 : 0));
  return Buffer.concat([whole, crc]);
}

/** Bit by bit, as the polynomial says. */
export function slowCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

function bytesOf({ type, size = TYPES[type].bytes }: FieldSpec, value: FitValue, isBigEndian: boolean): Buffer {
  const out = Buffer.alloc(size);
  const { bytes, invalid } = TYPES[type];
  if (typeof value === 'string') out.write(value.slice(0, size - 1), 'utf8');
  if (type === 'string' || size % bytes !== 0) return out;
  const list = typeof value === 'object' && value !== null ? value : [value];
  for (let k = 0; k * bytes < size; k++) write(out, k * bytes, type, list[k] ?? invalid, isBigEndian);
  return out;
}

function write(out: Buffer, at: number, type: FitType, value: number | bigint | string, isBigEndian: boolean): void {
  const view = new DataView(out.buffer, out.byteOffset + at, TYPES[type].bytes);
  const isLittle = !isBigEndian;
  if (type === 'float32' || type === 'float64') {
    if (Number.isNaN(Number(value))) out.fill(0xff, at, at + TYPES[type].bytes);
    else if (type === 'float32') view.setFloat32(0, Number(value), isLittle);
    else view.setFloat64(0, Number(value), isLittle);
  } else if (TYPES[type].bytes === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), isLittle);
  else if (TYPES[type].bytes === 4) view.setUint32(0, Number(value), isLittle);
  else if (TYPES[type].bytes === 2) view.setUint16(0, Number(value), isLittle);
  else view.setUint8(0, Number(value));
}
