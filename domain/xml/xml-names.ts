import { isNameByte, skipName } from './skip.ts';

/** A name that stands in the document, the same object each time: whoever reads a vocabulary can look it up by `id`. */
export interface XmlName {
  /** From 0, in the order of first appearance. */
  readonly id: number;
  readonly text: string;
  /** Where it first stands in the document. */
  readonly from: number;
  readonly length: number;
  /** The number of the start tag in which it was an attribute last. */
  attributeOfTag: number;
  /** The name that came after it last time: recordings repeat themselves, so it is the first to be tried. */
  next: XmlName | null;
}

export interface XmlNames {
  readonly bytes: Uint8Array;
  readonly mostBytes: number;
  readonly slots: (XmlName | null)[];
  count: number;
  last: XmlName | null;
}

/** Real files hold dozens of names. Few probes bound the work that chosen names could make. */
const SLOTS = 1024;
const MOST_NAMES = 512;
const MOST_PROBES = 8;

/** Names longer than `mostBytes` are refused. */
export function createXmlNames(bytes: Uint8Array, mostBytes: number): XmlNames {
  return { bytes, mostBytes, slots: new Array<XmlName | null>(SLOTS).fill(null), count: 0, last: null };
}

/** The name that begins at `from`; null when there is none of ASCII, or one too long, or too many. */
export function xmlNameAt(names: XmlNames, from: number): XmlName | null {
  const { bytes, last } = names;
  const guess = last === null ? null : last.next;
  if (guess !== null && isNameAt(bytes, guess, from) && !isNameByte(bytes, from + guess.length)) {
    names.last = guess;
    return guess;
  }
  const to = skipName(bytes, from);
  const name = to < 0 || to - from > names.mostBytes ? null : findName(names, from, to);
  if (last !== null) last.next = name;
  names.last = name;
  return name;
}

function findName(names: XmlNames, from: number, to: number): XmlName | null {
  const { bytes, slots } = names;
  const length = to - from;
  const middle = bytes[from + (length >> 1)] ?? 0;
  const first = length * 37 + (bytes[from] ?? 0) * 5 + middle * 11 + (bytes[to - 1] ?? 0) * 23;
  for (let probe = 0; probe < MOST_PROBES; probe++) {
    const slot = (first + probe) & (SLOTS - 1);
    const name = slots[slot] ?? null;
    if (name === null) return names.count < MOST_NAMES ? addName(names, slot, from, to) : null;
    if (name.length === length && isNameAt(bytes, name, from)) return name;
  }
  return null;
}

/** Whether the bytes from `at` begin with the name. */
export function isNameAt(bytes: Uint8Array, { from, length }: XmlName, at: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[at + i]) return false;
  return true;
}

function addName(names: XmlNames, slot: number, from: number, to: number): XmlName {
  const text = String.fromCharCode(...names.bytes.subarray(from, to));
  const name: XmlName = { id: names.count++, text, from, length: to - from, attributeOfTag: -1, next: null };
  names.slots[slot] = name;
  return name;
}
