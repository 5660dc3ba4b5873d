import { type DayMemory, decimalAt, type ReadTo, timeAt } from './plain-values.ts';
import { skipText, skipValue } from './skip.ts';

/**
 * Recordings are forms filled in again and again: each point is written as the one before it, but for its values. So the
 * way in which an element was written is kept, and where another of the same bytes between its values comes, it is read
 * straight down: markup is compared four bytes at a time, values are read from their bytes, nobody asks the grammar.
 * The first byte that differs, and the first value that is not plain, leave all of that element to the scanner. For GPX that
 * is 50 ms in place of 150 for 27 MB.
 */
export interface Form {
  /** The values in their order. */
  readonly kinds: readonly ValueKind[];
  /** The markup before each value and after the last, each piece filled up with zeros to whole words. */
  readonly words: Int32Array;
  /** Of each piece: the word after its last, the bits of its last that count, its length in bytes. */
  readonly wordEnds: Int32Array;
  readonly lastMasks: Int32Array;
  readonly lengths: Int32Array;
}

/** How a value is read; texts and attributes that mean nothing are passed over. */
export type ValueKind = typeof DECIMAL | typeof TIME | typeof TEXT | typeof ATTRIBUTE;
export const DECIMAL = 0;
export const TIME = 1;
export const TEXT = 2;
export const ATTRIBUTE = 3;

export interface FormReading extends ReadTo {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly day: DayMemory;
  /** What was read last, in the order of the form; 0 for what was passed over. */
  readonly values: Float64Array;
}

/** Together far within the limit of any token. */
export const MOST_VALUES = 32;
export const MOST_VALUE_BYTES = 128;
export const MOST_MARKUP_BYTES = 4096;

export function createFormReading(bytes: Uint8Array): FormReading {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    day: { day: Number.NaN, startMs: Number.NaN },
    values: new Float64Array(MOST_VALUES),
    to: 0,
  };
}

/** Reads an element at `from` into `reading.values` and returns the byte after it; -1 where it is not of this form. */
export function readForm(reading: FormReading, form: Form, from: number): number {
  const { view, values } = reading;
  const { kinds, words, wordEnds, lastMasks, lengths } = form;
  const end = view.byteLength;
  let at = from;
  let word = 0;
  for (let v = 0; ; v++) {
    const last = (wordEnds[v] ?? 0) - 1;
    let here = at;
    if (here + (last + 1 - word) * WORD > end) return -1;
    for (; word < last; word++, here += WORD) if (view.getInt32(here, true) !== words[word]) return -1;
    if ((view.getInt32(here, true) & (lastMasks[v] ?? 0)) !== words[word++]) return -1;
    at += lengths[v] ?? 0;
    const kind = kinds[v];
    if (kind === undefined) return at;
    const value = valueAt(reading, kind, at);
    if (Number.isNaN(value)) return -1;
    values[v] = value;
    at = reading.to;
  }
}

const WORD = 4;

function valueAt(reading: FormReading, kind: ValueKind, at: number): number {
  const { bytes } = reading;
  if (kind === DECIMAL) return decimalAt(bytes, at, reading);
  if (kind === TIME) return timeAt(bytes, at, reading.day, reading);
  reading.to = kind === TEXT ? skipText(bytes, at) : skipValue(bytes, at, bytes[at - 1] ?? 0);
  return reading.to < 0 || reading.to - at > MOST_VALUE_BYTES ? Number.NaN : 0;
}
