/** Decimals of published coordinates: 1 cm, the custom of the field. */
export const COORDINATE_DECIMALS = 7;

/** A number rounded to so many decimals, without trailing zeros, exponent or a minus before zero. Below 1e8 only. */
export function decimalText(value: number, decimals: number): string {
  const unit = POWERS_OF_TEN[decimals] ?? Number.NaN;
  const scaled = Math.round(Math.abs(value) * unit);
  if (scaled === 0) return '0';
  const whole = Math.floor(scaled / unit);
  const fraction = scaled - whole * unit;
  const sign = value < 0 ? '-' : '';
  if (fraction === 0) return `${sign}${whole}`;
  let digits = String(fraction).padStart(decimals, '0');
  while (digits.endsWith('0')) digits = digits.slice(0, -1);
  return `${sign}${whole}.${digits}`;
}

const POWERS_OF_TEN = Array.from({ length: 8 }, (_, exponent) => 10 ** exponent);

/** RFC 3339 in UTC; milliseconds only where they are not zero. Time of `timeMs`: since 1970, whole. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}

/** Enough for one write to a socket, and made in about a millisecond. */
const CHUNK_CHARACTERS = 65_536;

/** Among pieces: what there is so far is a piece of its own, since the next one takes a while. */
export const BREATH = '';

/** The same text in fewer and larger pieces, none of them empty. */
export function* batched(pieces: Iterable<string>): Generator<string> {
  let batch = '';
  for (const piece of pieces) {
    batch += piece;
    if (batch.length >= CHUNK_CHARACTERS || (piece === BREATH && batch !== '')) {
      yield batch;
      batch = '';
    }
  }
  if (batch !== '') yield batch;
}
