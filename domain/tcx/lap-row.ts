import type { Lap } from '../../contracts/track.ts';

/** Numbers of a lap, by their names in the contract. */
export type LapTotal = Exclude<
  { [K in keyof Lap]: number extends Exclude<Lap[K], null> ? K : never }[keyof Lap],
  'elapsedS' | 'elevationGainM' | 'elevationLossM'
>;

export interface LapRow extends Partial<Record<LapTotal, number>> {
  readonly startedAtMs: number;
  trigger: string | null;
}
