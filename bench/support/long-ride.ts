import {
  aboutFile,
  activityOf,
  type RecordField,
  recordFields,
  START_S,
  semicircles,
  sessionOf,
} from '../../test/support/fit.ts';
import { fitFile, localMessage } from '../../test/support/fit-bytes.ts';

const FIELDS: Record<'plain' | 'all sensors', readonly RecordField[]> = {
  plain: ['timestamp', 'position_lat', 'position_long', 'altitude', 'heart_rate', 'cadence', 'distance', 'speed'],
  'all sensors': [
    'timestamp',
    'position_lat',
    'position_long',
    'distance',
    'enhanced_speed',
    'enhanced_altitude',
    'power',
    'heart_rate',
    'cadence',
    'temperature',
    'fractional_cadence',
  ],
};

/** Fields that devices write and no track needs. */
const MORE = [39, 40, 41, 83, 84, 85].map((number) => ({ number, type: 'uint16' as const }));

/** A ride of one point a second; with all sensors as a watch of today records it. */
export function longRide(points: number, kind: keyof typeof FIELDS): Buffer {
  const names = FIELDS[kind];
  const record = localMessage(0, 20, [...recordFields(names), ...(kind === 'plain' ? [] : MORE)]);
  const data = [...aboutFile({ maker: 1 }), ...record.definition];
  for (let i = 0; i < points; i++) {
    const values = names.map((name) => valueAt(name, i));
    for (const byte of record.data(...values, ...MORE.map((_, k) => 1000 + ((i + k) % 500)))) data.push(byte);
  }
  const end = [
    ...sessionOf({ from: 0, to: points, sport: 2, distanceM: points * 7 }),
    ...activityOf(START_S + points, START_S),
  ];
  for (const byte of end) data.push(byte);
  return fitFile(data);
}

function valueAt(name: RecordField, i: number): number {
  switch (name) {
    case 'timestamp':
      return START_S + i;
    case 'position_lat':
      return semicircles(46 + Math.sin(i / 9000) * 0.7);
    case 'position_long':
      return semicircles(11 + i * 0.00001);
    case 'altitude':
    case 'enhanced_altitude':
      return Math.round((1000 + Math.sin(i / 700) * 400) * 5);
    case 'distance':
      return i * 700;
    case 'speed':
    case 'enhanced_speed':
      return 7000 + (i % 900);
    case 'heart_rate':
      return 120 + (i % 50);
    case 'power':
      return 180 + (i % 90);
    default:
      return i % 90;
  }
}
