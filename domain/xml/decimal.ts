/**
 * An xsd:decimal or xsd:double in decimal notation, white space around it allowed: `-12.5`, `+.5`, `1e-7`.
 * NaN for anything else, also for `NaN`, `INF`, hexadecimal and comma. Too large a number is Infinity.
 */
export function parseDecimal(text: string): number {
  let end = text.length;
  let at = 0;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  while (end > at && isSpace(text.charCodeAt(end - 1))) end--;
  const from = at;
  const sign = text.charCodeAt(at);
  if (sign === MINUS || sign === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (digit === POINT_DIGIT && decimals < 0) {
      decimals = 0;
    } else {
      return parseSlowly(text.slice(from, end));
    }
  }
  if (digits === 0) return Number.NaN;
  // Up to 15 digits the mantissa is exact, and so is a power of ten up to 22: one division rounds once, as it must.
  if (digits > 15) return Number(text.slice(from, end));
  const value = decimals > 0 ? mantissa / (POWERS_OF_TEN[decimals] ?? Number.NaN) : mantissa;
  return sign === MINUS ? -value : value;
}

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;
/** `.` less `0`. */
const POINT_DIGIT = -2;
export const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));

function parseSlowly(text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
