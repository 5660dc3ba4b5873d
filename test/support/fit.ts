import { type FieldSpec, type FileOptions, type FitValue, fitFile, localMessage } from './fit-bytes.ts';

/** 2026-05-01T08:00:00Z in FIT seconds. */
export const START_S = (Date.UTC(2026, 4, 1, 8) - Date.UTC(1989, 11, 31)) / 1000;

export const semicircles = (degrees: number) => Math.round((degrees * 2 ** 31) / 180);

/** Fields of messages by the names of the published profile: number and type. */
const RECORD = {
  timestamp: [253, 'uint32'],
  position_lat: [0, 'sint32'],
  position_long: [1, 'sint32'],
  altitude: [2, 'uint16'],
  heart_rate: [3, 'uint8'],
  cadence: [4, 'uint8'],
  distance: [5, 'uint32'],
  speed: [6, 'uint16'],
  power: [7, 'uint16'],
  compressed_speed_distance: [8, 'byte', 3],
  temperature: [13, 'sint8'],
  time128: [48, 'uint8'],
  cadence256: [52, 'uint16'],
  fractional_cadence: [53, 'uint8'],
  enhanced_speed: [73, 'uint32'],
  enhanced_altitude: [78, 'uint32'],
} as const;

export type RecordField = keyof typeof RECORD;

export function recordFields(names: readonly RecordField[]): FieldSpec[] {
  return names.map((name) => {
    const [number, type, size] = RECORD[name];
    return size === undefined ? { number, type } : { number, type, size };
  });
}

/** A local message for records that hold these fields. */
export function records(names: readonly RecordField[], local = 0, options: { isBigEndian?: boolean } = {}) {
  return localMessage(local, 20, recordFields(names), options);
}

const fileId = localMessage(1, 0, [
  { number: 0, type: 'enum' },
  { number: 1, type: 'uint16' },
  { number: 2, type: 'uint16' },
  { number: 4, type: 'uint32' },
  { number: 8, type: 'string', size: 16 },
]);

/** The message that begins every file; type 4 is an activity, maker 255 "development". */
export function aboutFile({ type = 4, maker = 255 as number | null, product = 7, name = '' } = {}): number[] {
  return [...fileId.definition, ...fileId.data(type, maker, product, START_S, name)];
}

const timer = localMessage(2, 21, [
  { number: 253, type: 'uint32' },
  { number: 0, type: 'enum' },
  { number: 1, type: 'enum' },
  { number: 3, type: 'uint32' },
]);
const TIMER_EVENT = 0;

/** A start or stop of the timer, `atS` seconds after `START_S`. */
export function timerEvent(atS: number, kind: 'start' | 'stop' | 'stop_all', trigger: number | null = 0): number[] {
  const type = { start: 0, stop: 1, stop_all: 4 }[kind];
  return [...timer.definition, ...timer.data(START_S + atS, TIMER_EVENT, type, trigger)];
}

const session = localMessage(3, 18, [
  { number: 253, type: 'uint32' },
  { number: 2, type: 'uint32' },
  { number: 5, type: 'enum' },
  { number: 6, type: 'enum' },
  { number: 7, type: 'uint32' },
  { number: 8, type: 'uint32' },
  { number: 9, type: 'uint32' },
  { number: 16, type: 'uint8' },
]);

export interface Stretch {
  /** Seconds after `START_S`. */
  readonly from: number;
  readonly to: number;
  readonly timerS?: number;
  readonly distanceM?: number;
  readonly sport?: number;
  readonly subSport?: number;
  readonly heartRate?: number;
}

export function sessionOf({ from, to, timerS = to - from, sport = 2, subSport = 0, ...more }: Stretch): number[] {
  const { distanceM, heartRate = null } = more;
  const distance = distanceM === undefined ? null : distanceM * 100;
  const totals = [(to - from) * 1000, timerS * 1000, distance, heartRate];
  return [...session.definition, ...session.data(START_S + to, START_S + from, sport, subSport, ...totals)];
}

const lap = localMessage(4, 19, [
  { number: 253, type: 'uint32' },
  { number: 2, type: 'uint32' },
  { number: 7, type: 'uint32' },
  { number: 8, type: 'uint32' },
  { number: 9, type: 'uint32' },
  { number: 15, type: 'uint8' },
  { number: 24, type: 'enum' },
]);

export function lapOf({ from, to, timerS = to - from, distanceM = 0, heartRate }: Stretch, trigger = 2): number[] {
  const totals = [(to - from) * 1000, timerS * 1000, distanceM * 100, heartRate ?? null];
  return [...lap.definition, ...lap.data(START_S + to, START_S + from, ...totals, trigger)];
}

const activity = localMessage(5, 34, [
  { number: 253, type: 'uint32' },
  { number: 5, type: 'uint32' },
]);

export function activityOf(timeS: number, localS: number): number[] {
  return [...activity.definition, ...activity.data(timeS, localS)];
}

const WALK = records(['timestamp', 'position_lat', 'position_long', 'altitude', 'heart_rate', 'distance']);

/** Values of a point of the walk: north at 1.4 m/s, climbing 0.2 m each second. */
function walkPoint(i: number, lat = 47): FitValue[] {
  const degrees = lat + i * 0.0000125;
  return [START_S + i, semicircles(degrees), semicircles(11.5), (500 + i * 0.2 + 500) * 5, 100 + (i % 60), i * 139];
}

export function walk(from: number, to: number): number[] {
  const points = Array.from({ length: to - from }, (_, k) => WALK.data(...walkPoint(from + k)));
  return [...WALK.definition, ...points.flat()];
}

/** A small whole FIT: a straight walk north, one point a second. */
export function smallFit({ points = 60, ...options }: FileOptions & { points?: number } = {}): Buffer {
  const whole = [...timerEvent(0, 'start'), ...walk(0, points), ...timerEvent(points - 1, 'stop_all')];
  const totals = { from: 0, to: points - 1, distanceM: (points - 1) * 1.39, heartRate: 120, sport: 11 };
  return fitFile([...aboutFile(), ...whole, ...lapOf(totals), ...sessionOf(totals)], options);
}
