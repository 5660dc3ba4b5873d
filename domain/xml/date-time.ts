/**
 * RFC 3339 and xsd:dateTime: `2026-05-01T06:00:00.5+02:00`. Milliseconds since 1970 UTC, whole (finer digits are cut);
 * without a zone it is taken as UTC. NaN for anything else and for dates that do not exist.
 * `24:00:00` is the next midnight (xsd), second 60 the next minute (leap second, as POSIX counts).
 */
export function parseDateTimeMs(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  // A missing digit makes the sum NaN, and a NaN fails the comparison.
  if (!(year + month + day + hour + minute + second >= 0) || !hasSeparators(text)) return Number.NaN;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  if (minute > 59 || second > (minute === 59 ? 60 : 59) || hour > 24) return Number.NaN;
  let at = 19;
  let fractionMs = 0;
  if (text.charCodeAt(at) === POINT) {
    const from = ++at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === from) return Number.NaN;
    fractionMs = threeDigits(text, from, at);
  }
  if (hour === 24 && (minute > 0 || second > 0 || fractionMs > 0)) return Number.NaN;
  const offsetMin = zoneMinutes(text, at);
  return (
    ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offsetMin) * 60_000 + second * 1000 + fractionMs
  );
}

/** Whether a text that `parseDateTimeMs` accepts names its zone. */
export function hasZone(text: string): boolean {
  const last = text.charCodeAt(text.length - 1) | LOWER;
  return (
    last === LOWER_Z ||
    (text.charCodeAt(text.length - 3) === COLON && text.length > 19 && /[+-]/.test(text[text.length - 6] ?? ''))
  );
}

const LOWER = 0x20;
const LOWER_T = 0x74;
const LOWER_Z = 0x7a;
const POINT = 0x2e;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const SPACE = 0x20;
/** The widest zone of xsd:dateTime. */
const ZONE_LIMIT_MIN = 14 * 60;

function hasSeparators(text: string): boolean {
  const between = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === MINUS &&
    text.charCodeAt(7) === MINUS &&
    ((between | LOWER) === LOWER_T || between === SPACE) &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  );
}

function zoneMinutes(text: string, at: number): number {
  if (at === text.length) return 0;
  const mark = text.charCodeAt(at);
  if ((mark | LOWER) === LOWER_Z) return at + 1 === text.length ? 0 : Number.NaN;
  if ((mark !== PLUS && mark !== MINUS) || text.charCodeAt(at + 3) !== COLON || at + 6 !== text.length)
    return Number.NaN;
  const minutes = digits(text, at + 4, 2);
  const total = digits(text, at + 1, 2) * 60 + minutes;
  if (!(total <= ZONE_LIMIT_MIN) || minutes > 59) return Number.NaN;
  return mark === MINUS ? -total : total;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - 0x30;
  }
  return value;
}

function threeDigits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = 0; i < 3; i++) value = value * 10 + (from + i < to ? text.charCodeAt(from + i) - 0x30 : 0);
  return value;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Proleptic Gregorian calendar, counted from March so that the leap day comes last (Hinnant, "days_from_civil"). */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}
