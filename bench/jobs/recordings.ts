import { generateGpx } from '../../domain/sample/generate-gpx.ts';

export interface Recording {
  readonly body: Buffer;
  /** Whose it is, of `ACCOUNTS`. */
  readonly account: number;
}

/** A site has many users; one alone would be one lock that all saves wait for. */
export const ACCOUNTS = 20;
/** 206 kB. */
export const POINTS = 1_776;

const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2026, 4, 1);

/**
 * Recordings of 206 kB that are the same ride and yet no duplicates: each bears a number in its name, and each account's are of
 * different days. Only dates and numbers are written into a copy, so that making one costs the load generator next to nothing.
 */
export function createRecordings(): () => Recording {
  const template = Buffer.from(generateGpx({ seed: 7, points: POINTS, startedAtMs: FIRST_DAY_MS, name: NUMBER }));
  const numberAt = template.indexOf(NUMBER);
  const datesAt = positionsOf(template, dateOf(FIRST_DAY_MS));
  let made = 0;
  return () => {
    const number = made++;
    const date = dateOf(FIRST_DAY_MS - Math.floor(number / ACCOUNTS) * DAY_MS);
    const body = Buffer.from(template);
    body.write(`${number}`.padStart(NUMBER.length, '0'), numberAt, 'latin1');
    for (const at of datesAt) body.write(date, at, 'latin1');
    return { body, account: number % ACCOUNTS };
  };
}

const NUMBER = '00000000';

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function positionsOf(text: Buffer, wanted: string): readonly number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) positions.push(at);
  return positions;
}
