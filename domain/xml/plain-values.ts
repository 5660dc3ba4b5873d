import { parseDateTimeMs } from './date-time.ts';
import { POWERS_OF_TEN } from './decimal.ts';

/** Where a value ended that was read without knowing how long it is. */
export interface ReadTo {
  to: number;
}

/** A plain decimal at `[from, to)` of at most 15 digits, as `parseDecimal` reads it; NaN for anything else. */
export function plainDecimal(bytes: Uint8Array, from: number, to: number): number {
  const value = decimalAt(bytes, from, END);
  return END.to === to ? value : Number.NaN;
}

const END: ReadTo = { to: 0 };

/** The same up to the first byte that does not belong to it. */
export function decimalAt(bytes: Uint8Array, from: number, end: ReadTo): number {
  const isNegative = bytes[from] === MINUS;
  // Two whole numbers below 2^31, because a multiplication of doubles takes several times as long.
  let high = 0;
  let low = 0;
  let digits = 0;
  let pointAt = -1;
  let at = isNegative ? from + 1 : from;
  for (; ; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (digits < 9) high = (high * 10 + digit) | 0;
      else low = (low * 10 + digit) | 0;
      digits++;
    } else if (digit === POINT_DIGIT && pointAt < 0 && digits > 0) {
      pointAt = digits;
    } else {
      break;
    }
  }
  end.to = at;
  // Without a digit on both sides of the point it is for the full parser to say.
  if (digits === 0 || digits > MOST_DIGITS || pointAt === digits) return Number.NaN;
  const mantissa = digits <= 9 ? high : high * (POWERS_OF_TEN[digits - 9] ?? 0) + low;
  const value = pointAt < 0 ? mantissa : mantissa / (POWERS_OF_TEN[digits - pointAt] ?? 1);
  return isNegative ? -value : value;
}

/** Where `plainTimeMs` keeps the day that it saw last: consecutive points share it. */
export interface DayMemory {
  /** Year, month and day as a number such as 20260501. */
  day: number;
  startMs: number;
}

/** `2026-05-01T06:00:00Z`, with or without a fraction, as `parseDateTimeMs` reads it; NaN for anything else. */
export function plainTimeMs(bytes: Uint8Array, from: number, to: number, memory: DayMemory): number {
  if (!isPlainTime(bytes, from, to)) return Number.NaN;
  const hour = two(bytes, from + 11);
  const minute = two(bytes, from + 14);
  const second = two(bytes, from + 17);
  const day =
    (two(bytes, from) * 100 + two(bytes, from + 2)) * 10_000 + two(bytes, from + 5) * 100 + two(bytes, from + 8);
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  if (day !== memory.day) {
    memory.day = day;
    memory.startMs = parseDateTimeMs(`${String.fromCharCode(...bytes.subarray(from, from + 10))}T00:00:00Z`);
  }
  return memory.startMs + ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs(bytes, from + 19, to - 1);
}

/** The same up to its `Z`. */
export function timeAt(bytes: Uint8Array, from: number, memory: DayMemory, end: ReadTo): number {
  let at = from + 19;
  while (bytes[at] !== LETTER_Z && at < from + MOST_TIME_BYTES) at++;
  end.to = at + 1;
  return plainTimeMs(bytes, from, at + 1, memory);
}

/** Nanoseconds, and some. */
const MOST_TIME_BYTES = 32;

/** A mantissa of so many is exact. */
const MOST_DIGITS = 15;
const MINUS = 0x2d;
const ZERO = 0x30;
/** `.` less `0`. */
const POINT_DIGIT = -2;
const POINT = 0x2e;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

function isPlainTime(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from >= 20 &&
    bytes[from + 4] === MINUS &&
    bytes[from + 7] === MINUS &&
    bytes[from + 10] === LETTER_T &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    bytes[to - 1] === LETTER_Z
  );
}

/** Two digits; NaN for anything else. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Of `.125…`, cut after three digits; 0 for nothing at all. */
function fractionMs(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return 0;
  if (bytes[from] !== POINT || from + 1 === to) return Number.NaN;
  let value = 0;
  let scale = 100;
  for (let at = from + 1; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (!isDigit(byte)) return Number.NaN;
    value += (byte - ZERO) * scale;
    scale = scale === 100 ? 10 : scale === 10 ? 1 : 0;
  }
  return value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
