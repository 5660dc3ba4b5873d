import {
  ATTRIBUTE,
  type Form,
  MOST_MARKUP_BYTES,
  MOST_VALUE_BYTES,
  MOST_VALUES,
  TEXT,
  type ValueKind,
} from './forms.ts';
import { skipName, skipSpace, skipText, skipValue } from './skip.ts';

/** A value that means something, where it was read; `M` is what it means. */
export interface Meant<M> {
  readonly from: number;
  readonly kind: ValueKind;
  readonly meaning: M;
}

/** A form, and what each of its values means; null for nothing. */
export interface FormOf<M> extends Form {
  readonly meanings: readonly (M | null)[];
}

/**
 * How the element at `[from, to)` is written, which the scanner has read; `meant` are its values that mean something, in
 * their order, and that are not empty. Null where it holds more than elements and texts, or more than a form may.
 */
export function formOf<M>(bytes: Uint8Array, from: number, to: number, meant: readonly Meant<M>[]): FormOf<M> | null {
  const values = valuesIn(bytes, from, to);
  if (values === null || values.length > MOST_VALUES) return null;
  const kinds: ValueKind[] = [];
  const meanings: (M | null)[] = [];
  let next = 0;
  for (const value of values) {
    const here = meant[next]?.from === value.from ? meant[next++] : undefined;
    kinds.push(here?.kind ?? value.kind);
    meanings.push(here?.meaning ?? null);
    if (value.to - value.from > MOST_VALUE_BYTES) return null;
  }
  if (next < meant.length) return null;
  const starts = [from, ...values.map((value) => value.to)];
  const pieces = starts.map((start, p) => bytes.subarray(start, values[p]?.from ?? to));
  if (pieces.reduce((sum, piece) => sum + piece.length, 0) > MOST_MARKUP_BYTES) return null;
  return { kinds, meanings, ...packed(pieces) };
}

interface Value {
  readonly from: number;
  readonly to: number;
  readonly kind: typeof TEXT | typeof ATTRIBUTE;
}

/** All attributes, and all texts that are not white space alone; null for comments and the like. */
function valuesIn(bytes: Uint8Array, from: number, to: number): Value[] | null {
  const values: Value[] = [];
  let at = from;
  while (at < to) {
    if (bytes[at] !== LESS) {
      const end = skipText(bytes, at);
      if (skipSpace(bytes, at) < end) values.push({ from: at, to: end, kind: TEXT });
      at = end;
    } else if (bytes[at + 1] === SLASH) {
      at = bytes.indexOf(GREATER, at) + 1;
    } else {
      const name = skipName(bytes, at + 1);
      if (name < 0) return null;
      at = afterAttributes(bytes, name, values);
    }
  }
  return values;
}

/** The byte after the start tag. */
function afterAttributes(bytes: Uint8Array, from: number, values: Value[]): number {
  let at = skipSpace(bytes, from);
  while (bytes[at] !== GREATER && bytes[at] !== SLASH) {
    const start = skipSpace(bytes, skipSpace(bytes, skipName(bytes, at)) + 1) + 1;
    const end = skipValue(bytes, start, bytes[start - 1] ?? 0);
    values.push({ from: start, to: end, kind: ATTRIBUTE });
    at = skipSpace(bytes, end + 1);
  }
  return bytes[at] === SLASH ? at + 2 : at + 1;
}

const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;

const WORD = 4;

function packed(pieces: readonly Uint8Array[]): Pick<Form, 'words' | 'wordEnds' | 'lastMasks' | 'lengths'> {
  const lengths = Int32Array.from(pieces, (piece) => piece.length);
  let end = 0;
  const wordEnds = lengths.map((length) => {
    end += Math.ceil(length / WORD);
    return end;
  });
  const words = new DataView(new ArrayBuffer(end * WORD));
  pieces.forEach((piece, p) => {
    const first = (wordEnds[p - 1] ?? 0) * WORD;
    new Uint8Array(words.buffer).set(piece, first);
  });
  return {
    words: Int32Array.from({ length: end }, (_, word) => words.getInt32(word * WORD, true)),
    wordEnds,
    lastMasks: lengths.map((length) => -1 >>> (((WORD - (length % WORD)) % WORD) * 8)),
    lengths,
  };
}
