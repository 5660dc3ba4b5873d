import { sportNumber } from '../fit/names.ts';
import { isCycling } from '../track/moving.ts';

/** FIT counts seconds from 1989-12-31T00:00:00Z. */
const FIT_EPOCH_MS = Date.UTC(1989, 11, 31);

/** Whole seconds: the record message has no finer time. NaN stays NaN. */
export function fitTime(timeMs: number): number {
  return Math.round((timeMs - FIT_EPOCH_MS) / 1000);
}

/**
 * Degrees as semicircles (2^31 to 180 degrees), within 0.5 cm. 180° east is written as 180° west, which is the same
 * meridian and has a number; the last semicircle before it means "none", so its neighbour stands in.
 */
export function semicircles(degrees: number): number {
  const rounded = Math.round(degrees * (2 ** 31 / 180));
  if (rounded >= 2 ** 31) return -(2 ** 31);
  return rounded === 2 ** 31 - 1 ? rounded - 1 : rounded;
}

/** Fifths of a metre above -500 m: as `altitude` (16 bits) up to 12,606 m, as `enhanced_altitude` (32 bits) beyond. */
export function fitAltitude(metres: number): number {
  return (metres + 500) * 5;
}

/** The highest that `altitude` can say; one more means "none". */
export const ALTITUDE_MOST = 0xfffe;

/** `sport` of the profile for its name or a free text; 0 is "generic". The first pattern that matches decides. */
export function fitSport(sport: string | null): number {
  if (sport === null) return 0;
  const known = sportNumber(sport);
  if (known !== null) return known;
  if (/\be[-_ ]?bik/i.test(sport)) return 21;
  if (isCycling(sport)) return 2;
  return SPORTS.find(([pattern]) => pattern.test(sport))?.[1] ?? 0;
}

const SPORTS: readonly (readonly [RegExp, number])[] = [
  [/hik|wander/i, 17],
  [/walk/i, 11],
  [/run|jog|lauf|^9$/i, 1],
  [/swim/i, 5],
  [/mountaineer/i, 16],
  [/climb/i, 31],
  [/(?:cross|nordic|backcountry|classic).*ski|langlauf/i, 12],
  [/ski/i, 13],
  [/snowboard/i, 14],
  [/snowshoe/i, 35],
  [/horse/i, 27],
  [/\brow/i, 15],
  [/kayak|canoe/i, 41],
  [/paddl/i, 37],
  [/sail/i, 32],
  [/ice.?skat/i, 33],
  [/skat/i, 30],
];
