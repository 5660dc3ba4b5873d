import type { FitField, FitLayout } from './fit-message.ts';

/** Messages of an activity file, by the numbers of the public profile. Values are given in the order of the fields. */

const layout = (local: number, global: number, fields: readonly FitField[]): FitLayout => ({ local, global, fields });
const field = (number: number, type: FitField['type']): FitField => ({ number, type });

const TIMESTAMP = field(253, 'uint32');
const MESSAGE_INDEX = field(254, 'uint16');

/** type, manufacturer, product, time_created */
export const FILE_ID = layout(0, 0, [field(0, 'enum'), field(1, 'uint16'), field(2, 'uint16'), field(4, 'uint32')]);

/** timestamp, event, event_type, data */
export const EVENT = layout(1, 21, [TIMESTAMP, field(0, 'enum'), field(1, 'enum'), field(3, 'uint32')]);

/**
 * What laps and sessions say alike: message_index, timestamp, event, event_type, start_time; elapsed and timer (ms),
 * distance (cm), calories; average and highest heart rate, average cadence, average and highest power, ascent, descent.
 */
function totals(averageHeartRate: number): FitField[] {
  return [
    ...[MESSAGE_INDEX, TIMESTAMP, field(0, 'enum'), field(1, 'enum'), field(2, 'uint32')],
    ...[7, 8, 9].map((number) => field(number, 'uint32')),
    field(11, 'uint16'),
    ...[0, 1, 2].map((further) => field(averageHeartRate + further, 'uint8')),
    ...[4, 5, 6, 7].map((further) => field(averageHeartRate + further, 'uint16')),
  ];
}

/** Totals, lap_trigger, sport */
export const LAP = layout(3, 19, [...totals(15), field(24, 'enum'), field(25, 'enum')]);

/** Totals, sport, sub_sport, first_lap_index, num_laps, trigger */
export const SESSION = layout(4, 18, [
  ...totals(16),
  ...[field(5, 'enum'), field(6, 'enum'), field(25, 'uint16'), field(26, 'uint16'), field(28, 'enum')],
]);

/** timestamp, total_timer_time (ms), num_sessions, type, event, event_type, local_timestamp */
export const ACTIVITY = layout(5, 34, [
  ...[TIMESTAMP, field(0, 'uint32'), field(1, 'uint16')],
  ...[field(2, 'enum'), field(3, 'enum'), field(4, 'enum'), field(5, 'uint32')],
]);

const RECORD_LOCAL = 2;
const RECORD_GLOBAL = 20;

/** timestamp, position_lat, position_long, distance (cm), then the columns that the recording has. */
export function recordLayout(columns: readonly FitField[]): FitLayout {
  const always = [TIMESTAMP, field(0, 'sint32'), field(1, 'sint32'), field(5, 'uint32')];
  return layout(RECORD_LOCAL, RECORD_GLOBAL, [...always, ...columns]);
}

export const ALTITUDE = field(2, 'uint16');
export const ENHANCED_ALTITUDE = field(78, 'uint32');
export const HEART_RATE = field(3, 'uint8');
export const CADENCE = field(4, 'uint8');
/** Thousandths of a metre per second. */
export const SPEED = field(6, 'uint16');
export const POWER = field(7, 'uint16');
export const TEMPERATURE = field(13, 'sint8');
