import { Type } from 'typebox';
import { nullable, nullableArray, nullableObject } from './nullable.ts';

/** Shapes of the figures inside a track; definitions and rounding: docs/reference/statistics.md. */

const sensor = (description: string) =>
  nullableObject(
    { average: nullable('number'), min: Type.Number(), max: Type.Number(), coveredShare: nullable('number') },
    description,
  );

const SplitSchema = Type.Object({
  distanceM: Type.Number({ description: 'The last split is as long as what is left.' }),
  elapsedS: nullable('number'),
  movingS: nullable('number'),
  elevationGainM: nullable('number'),
  elevationLossM: nullable('number'),
  averageHeartRateBpm: nullable('number'),
});

const BestSpeedSchema = Type.Object({ windowS: Type.Number(), speedMps: Type.Number() });
const FastestSchema = Type.Object({ distanceM: Type.Number(), timerS: Type.Number() });

export const SUMMARY = {
  averageSpeedMps: nullable('number'),
  movingSpeedMps: nullable('number'),
  maxSpeedMps: nullable('number', { description: 'The best 5 seconds.' }),
  elevationMinM: nullable('number'),
  elevationMaxM: nullable('number'),
  heartRateBpm: sensor('Averages are over time.'),
  cadenceRpm: sensor('Zeros count.'),
  powerW: sensor('Zeros count.'),
  temperatureC: sensor('Of the recorder, not of the air.'),
  bestSpeeds: nullableArray(BestSpeedSchema, 'Windows of timer time; those longer than the track are left out.'),
  fastest: nullableArray(FastestSchema, 'Timer time; distances longer than the track are left out.'),
  splitsKm: nullableArray(SplitSchema, 'Null beyond 1,000.'),
  splitsMile: nullableArray(SplitSchema, 'Null beyond 1,000.'),
};

export const GPS_QUALITY = {
  gaps: nullable('number', { description: 'Longer than 10 s.' }),
  gapsS: nullable('number'),
  spikes: nullable('number'),
  suspiciousShare: nullable('number', { description: 'Of the points that have a time.' }),
  withoutTimeShare: Type.Number(),
  withoutElevationShare: Type.Number(),
  medianIntervalS: nullable('number'),
};

const TOTALS = {
  startedAt: nullable('string', { format: 'date-time' }),
  distanceM: nullable('number'),
  elapsedS: nullable('number'),
  timerS: nullable('number'),
  averageHeartRateBpm: nullable('number'),
  maxHeartRateBpm: nullable('number'),
  averageCadenceRpm: nullable('number'),
  averagePowerW: nullable('number'),
  maxPowerW: nullable('number'),
  elevationGainM: nullable('number'),
  elevationLossM: nullable('number'),
  energyKcal: nullable('number'),
};

export const LapSchema = Type.Object({
  ...TOTALS,
  trigger: nullable('string', { description: 'What ended it: manual, distance, time …' }),
});

export const SessionSchema = Type.Object({
  ...TOTALS,
  sport: nullable('string'),
  subSport: nullable('string'),
  firstSegment: nullable('number', { description: 'Of the track; null where no point was recorded in it.' }),
});

export const PauseSchema = Type.Object({
  startedAt: Type.String({ format: 'date-time' }),
  endedAt: Type.String({ format: 'date-time' }),
  trigger: nullable('string', { description: 'manual, auto or fitness-equipment.' }),
});
