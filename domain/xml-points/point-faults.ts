import type { Warning } from '../../contracts/track.ts';
import type { NumberColumn } from '../track/track-builder.ts';
import type { XmlDialect } from '../xml/dialect.ts';

/** What was wrong with single points, counted while reading. */
export interface FaultCounts {
  badTimes: number;
  implausibleTimes: number;
  zonelessTimes: number;
  backwardTimes: number;
  misplacedPoints: number;
  readonly badValues: Record<NumberColumn, number>;
}

export function createFaultCounts(): FaultCounts {
  return {
    badTimes: 0,
    implausibleTimes: 0,
    zonelessTimes: 0,
    backwardTimes: 0,
    misplacedPoints: 0,
    badValues: {
      ele: 0,
      heartRate: 0,
      cadence: 0,
      power: 0,
      temperature: 0,
      recordedDistanceM: 0,
      recordedSpeedMps: 0,
    },
  };
}

/** One warning per sort of fault, with its count. */
export function faultWarnings(dialect: XmlDialect, faults: FaultCounts): Warning[] {
  const { ele, ...ofSensors } = faults.badValues;
  const sensors = Object.values(ofSensors).reduce((sum, count) => sum + count, 0);
  const all: [string, string, number][] = [
    ['bad-elevation', 'Elevations that are no number or impossible were left out.', ele],
    ['bad-time', 'Times that cannot be read or do not exist were left out.', faults.badTimes],
    ['implausible-time', 'Times before 1990 or after the upload were left out.', faults.implausibleTimes],
    ['time-without-zone', 'Times without a zone were taken as UTC.', faults.zonelessTimes],
    ['time-backwards', 'Time goes backwards inside a segment; such steps count as no movement.', faults.backwardTimes],
    ['bad-sensor-value', 'Sensor values that are no number or impossible were left out.', sensors],
    ['misplaced-point', 'Points outside of any segment or route were left out.', faults.misplacedPoints],
  ];
  return all
    .filter(([, , count]) => count > 0)
    .map(([code, detail, count]) => ({ code: `${dialect}/${code}`, detail, count }));
}
