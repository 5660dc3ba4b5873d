import { CODE } from './base-types.ts';

/** Numbers of the global messages that are read; every other message is passed over by its size. */
export const MESSAGE = {
  fileId: 0,
  sport: 12,
  session: 18,
  lap: 19,
  record: 20,
  event: 21,
  course: 31,
  activity: 34,
  timestampCorrelation: 162,
  fieldDescription: 206,
} as const;

/** Where the numbers of a message stand in the row that is filled for it. The timestamp is always the first. */
export const TIME = 0;
export const RECORD = {
  lat: 1,
  lon: 2,
  altitude: 3,
  enhancedAltitude: 4,
  heartRate: 5,
  cadence: 6,
  fractionalCadence: 7,
  fineCadence: 8,
  distance: 9,
  speed: 10,
  enhancedSpeed: 11,
  power: 12,
  temperature: 13,
  fractionalTime: 14,
  speedDistance: 15,
} as const;
/** Laps and sessions hold the same totals under other numbers. */
export const TOTALS = {
  start: 1,
  elapsed: 2,
  timer: 3,
  distance: 4,
  calories: 5,
  averageHeartRate: 6,
  maxHeartRate: 7,
  averageCadence: 8,
  averagePower: 9,
  maxPower: 10,
  ascent: 11,
  descent: 12,
  sport: 13,
  subSport: 14,
  trigger: 15,
} as const;
export const EVENT = { event: 1, type: 2, data: 3 } as const;
export const FILE_ID = { type: 1, manufacturer: 2, product: 3 } as const;
export const SPORT = { sport: 1 } as const;
export const ACTIVITY = { localTime: 1 } as const;
export const CORRELATION = { systemTime: 1 } as const;
export const DESCRIPTION = {
  developer: 1,
  field: 2,
  baseType: 3,
  scale: 4,
  offset: 5,
  nativeMessage: 6,
  nativeField: 7,
} as const;

export const ROW_LENGTH = 16;

/** A value is what is stored, divided by `scale`, less `offset`. */
export interface ProfileField {
  readonly slot: number;
  readonly scale: number;
  readonly offset: number;
  /** Where a developer field goes that says it stands for this one; none where its unit could not be trusted. */
  readonly override?: number;
  /** Read as this, whatever the definition says, if it has three bytes. */
  readonly code?: number;
}

/** Where and how a definition has a wanted number. */
export interface PlanField {
  /** From the first byte after the header. */
  readonly at: number;
  readonly code: number;
  readonly slot: number;
  readonly scale: number;
  readonly offset: number;
}

export interface MessageProfile {
  readonly fields: ReadonlyMap<number, ProfileField>;
  /** The field that holds a text. */
  readonly text?: number;
}

const TIMESTAMP = 253;
const UNKNOWN: MessageProfile = profile({});

/** What is read of a message; of an unknown one the timestamp, which compressed timestamps count on from. */
export function profileOf(message: number): MessageProfile {
  return PROFILES.get(message) ?? UNKNOWN;
}

export function isKnownMessage(message: number): boolean {
  return PROFILES.has(message);
}

const PROFILES: ReadonlyMap<number, MessageProfile> = new Map([
  [MESSAGE.fileId, profile({ 0: at(FILE_ID.type), 1: at(FILE_ID.manufacturer), 2: at(FILE_ID.product) }, 8)],
  [MESSAGE.sport, profile({ 0: at(SPORT.sport) })],
  [MESSAGE.course, profile({}, 5)],
  [MESSAGE.activity, profile({ 5: at(ACTIVITY.localTime) })],
  [MESSAGE.timestampCorrelation, profile({ 1: at(CORRELATION.systemTime) })],
  [MESSAGE.event, profile({ 0: at(EVENT.event), 1: at(EVENT.type), 3: at(EVENT.data) })],
  [MESSAGE.session, profile({ ...totals(16), 5: at(TOTALS.sport), 6: at(TOTALS.subSport), 28: at(TOTALS.trigger) })],
  [MESSAGE.lap, profile({ ...totals(15), 24: at(TOTALS.trigger), 25: at(TOTALS.sport) })],
  [
    MESSAGE.record,
    profile({
      0: at(RECORD.lat),
      1: at(RECORD.lon),
      2: { ...at(RECORD.altitude, 5, 500), override: RECORD.enhancedAltitude },
      3: own(RECORD.heartRate),
      4: own(RECORD.cadence),
      5: own(RECORD.distance, 100),
      6: { ...at(RECORD.speed, 1000), override: RECORD.enhancedSpeed },
      7: own(RECORD.power),
      8: { ...at(RECORD.speedDistance), code: CODE.threeBytes },
      13: own(RECORD.temperature),
      48: at(RECORD.fractionalTime, 128),
      52: at(RECORD.fineCadence, 256),
      53: at(RECORD.fractionalCadence, 128),
      73: own(RECORD.enhancedSpeed, 1000),
      78: own(RECORD.enhancedAltitude, 5, 500),
    }),
  ],
  [
    MESSAGE.fieldDescription,
    profile({
      0: at(DESCRIPTION.developer),
      1: at(DESCRIPTION.field),
      2: at(DESCRIPTION.baseType),
      6: at(DESCRIPTION.scale),
      7: at(DESCRIPTION.offset),
      14: at(DESCRIPTION.nativeMessage),
      15: at(DESCRIPTION.nativeField),
    }),
  ],
]);

/** `heartRate` is the number of the average heart rate; what follows it is in the same order in laps and sessions. */
function totals(heartRate: number): Record<number, ProfileField> {
  return {
    2: at(TOTALS.start),
    7: at(TOTALS.elapsed, 1000),
    8: at(TOTALS.timer, 1000),
    9: at(TOTALS.distance, 100),
    11: at(TOTALS.calories),
    [heartRate]: at(TOTALS.averageHeartRate),
    [heartRate + 1]: at(TOTALS.maxHeartRate),
    [heartRate + 2]: at(TOTALS.averageCadence),
    [heartRate + 4]: at(TOTALS.averagePower),
    [heartRate + 5]: at(TOTALS.maxPower),
    [heartRate + 6]: at(TOTALS.ascent),
    [heartRate + 7]: at(TOTALS.descent),
  };
}

function at(slot: number, scale = 1, offset = 0): ProfileField {
  return { slot, scale, offset };
}

function own(slot: number, scale = 1, offset = 0): ProfileField {
  return { slot, scale, offset, override: slot };
}

function profile(fields: Record<number, ProfileField>, text?: number): MessageProfile {
  const numbered = Object.entries(fields).map(([number, field]) => [Number(number), field] as const);
  return { fields: new Map([[TIMESTAMP, at(TIME)], ...numbered]), ...(text === undefined ? {} : { text }) };
}
