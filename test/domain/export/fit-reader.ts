/**
 * A reader of the FIT protocol for tests, written from its public description and sharing nothing with the encoder: every
 * message as raw numbers by field, "none" as null. Damage is an error.
 */
export interface ReadMessage {
  readonly global: number;
  readonly fields: ReadonlyMap<number, number | null>;
}

export function readFit(file: Buffer): ReadMessage[] {
  const headerBytes = file.readUInt8(0);
  const end = headerBytes + file.readUInt32LE(4);
  if (file.toString('latin1', 8, 12) !== '.FIT' || end + 2 !== file.length)
    throw new Error('not this many bytes of FIT');
  if (crc16(file.subarray(0, 12)) !== file.readUInt16LE(12)) throw new Error('header CRC');
  if (crc16(file) !== 0) throw new Error('file CRC'); // over a whole file, its CRC included, it comes to nothing
  const layouts = new Map<number, { global: number; fields: { number: number; size: number; type: number }[] }>();
  const messages: ReadMessage[] = [];
  let at = headerBytes;
  while (at < end) {
    const head = file.readUInt8(at++);
    if (head & 0x40) {
      const count = file.readUInt8(at + 4);
      const fields = Array.from({ length: count }, (_, k) => {
        const [number = 0, size = 0, type = 0] = file.subarray(at + 5 + 3 * k);
        return { number, size, type };
      });
      layouts.set(head & 15, { global: file.readUInt16LE(at + 2), fields });
      at += 5 + 3 * count;
      continue;
    }
    const layout = layouts.get(head & 15);
    if (!layout) throw new Error(`message ${head} without a definition`);
    const values = new Map<number, number | null>();
    for (const { number, size, type } of layout.fields) {
      values.set(number, rawValue(file, at, size, type));
      at += size;
    }
    messages.push({ global: layout.global, fields: values });
  }
  return messages;
}

function rawValue(file: Buffer, at: number, size: number, type: number): number | null {
  const isSigned = type === 0x01 || type === 0x83 || type === 0x85;
  const value = isSigned ? file.readIntLE(at, size) : file.readUIntLE(at, size);
  const none = isSigned ? 2 ** (8 * size - 1) - 1 : 2 ** (8 * size) - 1;
  return value === none ? null : value;
}

/** Bit by bit, as the definition has it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
