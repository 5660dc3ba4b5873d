/** Base types of the FIT protocol that are written here: number on the wire, bytes, and the value that says "none". */
const BASE_TYPES = {
  enum: { code: 0x00, size: 1, invalid: 0xff },
  sint8: { code: 0x01, size: 1, invalid: 0x7f },
  uint8: { code: 0x02, size: 1, invalid: 0xff },
  uint16: { code: 0x84, size: 2, invalid: 0xffff },
  sint32: { code: 0x85, size: 4, invalid: 0x7fffffff },
  uint32: { code: 0x86, size: 4, invalid: 0xffffffff },
} as const;

/** A field of a message: its number in the profile, and its type. Values are raw: scaled and offset already. */
export interface FitField {
  readonly number: number;
  readonly type: keyof typeof BASE_TYPES;
}

/** The layout of a message type; `local` is its slot (0 to 15) in this file. */
export interface FitLayout {
  readonly local: number;
  readonly global: number;
  readonly fields: readonly FitField[];
}

/** Bytes of one data message. */
export function messageSize({ fields }: FitLayout): number {
  return 1 + fields.reduce((sum, { type }) => sum + BASE_TYPES[type].size, 0);
}

/** The definition message: little-endian, without developer fields. */
export function definition({ local, global, fields }: FitLayout): Uint8Array {
  const described = fields.flatMap(({ number, type }) => [number, BASE_TYPES[type].size, BASE_TYPES[type].code]);
  return Uint8Array.of(0x40 | local, 0, 0, global & 0xff, global >>> 8, fields.length, ...described);
}

/** Writes a data message at `at` and returns where it ends. What is null, not finite or out of range is "none". */
export function putMessage(view: DataView, at: number, layout: FitLayout, values: readonly (number | null)[]): number {
  view.setUint8(at, layout.local);
  let next = at + 1;
  for (let k = 0; k < layout.fields.length; k++) {
    const type = layout.fields[k]?.type ?? 'enum';
    put(view, next, type, values[k] ?? Number.NaN);
    next += BASE_TYPES[type].size;
  }
  return next;
}

/** One data message by itself. */
export function message(layout: FitLayout, values: readonly (number | null)[]): Uint8Array {
  const bytes = new Uint8Array(messageSize(layout));
  putMessage(new DataView(bytes.buffer), 0, layout, values);
  return bytes;
}

function put(view: DataView, at: number, type: FitField['type'], value: number): void {
  const { size, invalid } = BASE_TYPES[type];
  const rounded = Math.round(value);
  const isSigned = type === 'sint8' || type === 'sint32';
  // The highest value means "none", so that is what a value that would be it becomes.
  const least = isSigned ? -invalid - 1 : 0;
  const raw = rounded >= least && rounded < invalid ? rounded : invalid;
  if (size === 1) view.setUint8(at, raw & 0xff);
  else if (size === 2) view.setUint16(at, raw, true);
  else if (isSigned) view.setInt32(at, raw, true);
  else view.setUint32(at, raw, true);
}
