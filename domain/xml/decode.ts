import type { Encoding } from './encoding.ts';
import { sequenceLength } from './utf8.ts';

/** A piece of the document: whole characters only. */
export interface Decoded {
  readonly text: string;
  /** The byte after the last one that was decoded. */
  readonly end: number;
  /** The first byte of a sequence that the encoding forbids; `text` ends before it. */
  readonly fault: { readonly at: number; readonly cutByEnd: boolean } | null;
}

/** Decodes about `size` bytes from `from`. Never throws: a fault is reported after the good text before it. */
export function decodePiece(bytes: Uint8Array, from: number, size: number, encoding: Encoding): Decoded {
  const to = Math.min(bytes.length, from + size);
  if (encoding === 'utf-8') return decodeUtf8(bytes, from, to);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return decodeUtf16(bytes, from, to, encoding === 'utf-16be');
  return decodeSingle(bytes, from, to, encoding);
}

/** Bytes that the first `units` UTF-16 units of `text` took in the file. */
export function encodedLength(text: string, units: number, encoding: Encoding): number {
  if (encoding === 'utf-8') return utf8Length(text, units);
  return encoding === 'windows-1252' || encoding === 'us-ascii' ? units : units * 2;
}

export function utf8Length(text: string, units = text.length): number {
  let length = units;
  for (let i = 0; i < units; i++) {
    const code = text.charCodeAt(i);
    // Also past the end, where there is no code: a mark may stand one unit further than its piece.
    if (!(code >= 0x80)) continue;
    // A surrogate pair takes four bytes: two for each of its halves.
    length += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return length;
}

// `ignoreBOM` keeps a mark inside the document, which would otherwise vanish from each piece and from the positions.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, from: number, to: number): Decoded {
  const end = to === bytes.length ? to : characterStart(bytes, from, to);
  try {
    return { text: UTF8.decode(bytes.subarray(from, end)), end, fault: null };
  } catch {
    const at = invalidUtf8At(bytes, from, end);
    const text = UTF8.decode(bytes.subarray(from, at));
    return { text, end: at, fault: { at, cutByEnd: isCutSequence(bytes, at) } };
  }
}

function characterStart(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && to - end < 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end > from ? end : to;
}

function invalidUtf8At(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const length = sequenceLength(bytes, at, to);
    if (length === 0) return at;
    at += length;
  }
  return to;
}

/** Whether the file ends inside a sequence that is good so far. */
function isCutSequence(bytes: Uint8Array, at: number): boolean {
  const padded = new Uint8Array(4).fill(0x80);
  const rest = bytes.subarray(at, at + 4);
  if (rest.length >= 4) return false;
  padded.set(rest);
  const second = rest.length > 1 ? [rest[1] ?? 0] : [0x80, 0x90, 0xa0];
  return second.some((byte) => {
    padded[1] = byte;
    return sequenceLength(padded, 0, 4) > rest.length;
  });
}

function decodeUtf16(bytes: Uint8Array, from: number, to: number, bigEndian: boolean): Decoded {
  const units = new Uint16Array(((to - from) >> 1) + 1);
  const high = bigEndian ? 0 : 1;
  const unitAt = (at: number) => ((bytes[at + high] ?? 0) << 8) | (bytes[at + 1 - high] ?? 0);
  let count = 0;
  let at = from;
  while (at < to) {
    const unit = unitAt(at);
    const isLead = unit >= 0xd800 && unit < 0xdc00;
    const needs = isLead ? 4 : 2;
    const next = unitAt(at + 2);
    const isCut = at + needs > bytes.length;
    if (isCut || (unit >= 0xdc00 && unit < 0xe000) || (isLead && (next < 0xdc00 || next > 0xdfff))) {
      return { text: unitsToText(units, count), end: at, fault: { at, cutByEnd: isCut } };
    }
    if (at + needs > to) break;
    units[count++] = unit;
    if (isLead) units[count++] = next;
    at += needs;
  }
  return { text: unitsToText(units, count), end: at, fault: null };
}

/** 0x80 to 0x9F of windows-1252 (WHATWG Encoding); the five unassigned ones stay controls. */
const WINDOWS_1252 = [
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d,
  0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,
  0x017e, 0x0178,
];

function decodeSingle(bytes: Uint8Array, from: number, to: number, encoding: 'windows-1252' | 'us-ascii'): Decoded {
  const units = new Uint16Array(to - from);
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f && encoding === 'us-ascii') {
      return { text: unitsToText(units, at - from), end: at, fault: { at, cutByEnd: false } };
    }
    units[at - from] = byte >= 0x80 && byte < 0xa0 ? (WINDOWS_1252[byte - 0x80] ?? byte) : byte;
  }
  return { text: unitsToText(units, to - from), end: to, fault: null };
}

/** Engines limit how many arguments a call may have, hence the pieces. */
const UNITS_PER_CALL = 8192;

function unitsToText(units: Uint16Array, count: number): string {
  let text = '';
  for (let from = 0; from < count; from += UNITS_PER_CALL) {
    text += String.fromCharCode(...units.subarray(from, Math.min(count, from + UNITS_PER_CALL)));
  }
  return text;
}
