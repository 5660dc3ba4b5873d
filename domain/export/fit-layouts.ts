import type { FitField, FitLayout } from './fit-message.ts';

/** Messages of an activity file, by the numbers of the public profile. Values are given in the order of the fields. */

const layout = (local: number, global: number, fields: readonly FitField[]): FitLayout => ({ local, global, fields });
const field = (number: number, type: FitField['type']): FitField => ({ number, type });

const TIMESTAMP = field(253, 'uint32');
const MESSAGE_INDEX = field(254, 'uint16');

/** type, manufacturer, product, time_created */
export const FILE_ID = layout(0, 0, [field(0, 'enum'), field(1, 'uint16'), field(2, 'uint16'), field(4, 'uint32')]);

/** timestamp, event, event_type */
export const EVENT = layout(1, 21, [TIMESTAMP, field(0, 'enum'), field(1, 'enum')]);

/** What a lap and a session say alike: event, event_type, start_time. */
const BEGINNING = [MESSAGE_INDEX, TIMESTAMP, field(0, 'enum'), field(1, 'enum'), field(2, 'uint32')];
/** total_elapsed_time, total_timer_time (ms), total_distance (cm) */
const TOTALS_AT = (elapsed: number) => [elapsed, elapsed + 1, elapsed + 2].map((number) => field(number, 'uint32'));

/** message_index, timestamp, event, event_type, start_time, elapsed, timer, distance, lap_trigger, sport */
export const LAP = layout(3, 19, [...BEGINNING, ...TOTALS_AT(7), field(24, 'enum'), field(25, 'enum')]);

/**
 * As a lap's up to the distance; then sport, sub_sport, average and highest heart rate, cadence and power, ascent and
 * descent, first_lap_index, num_laps, trigger.
 */
export const SESSION = layout(4, 18, [
  ...BEGINNING,
  ...TOTALS_AT(7),
  field(5, 'enum'),
  field(6, 'enum'),
  field(16, 'uint8'),
  field(17, 'uint8'),
  field(18, 'uint8'),
  field(19, 'uint8'),
  field(20, 'uint16'),
  field(21, 'uint16'),
  field(22, 'uint16'),
  field(23, 'uint16'),
  field(25, 'uint16'),
  field(26, 'uint16'),
  field(28, 'enum'),
]);

/** timestamp, total_timer_time (ms), num_sessions, type, event, event_type */
export const ACTIVITY = layout(5, 34, [
  TIMESTAMP,
  field(0, 'uint32'),
  field(1, 'uint16'),
  field(2, 'enum'),
  field(3, 'enum'),
  field(4, 'enum'),
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
export const POWER = field(7, 'uint16');
export const TEMPERATURE = field(13, 'sint8');
