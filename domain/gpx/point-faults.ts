import type { Warning } from '../../contracts/track.ts';

/** What was wrong with single points, counted while reading. */
export interface FaultCounts {
  badTimes: number;
  implausibleTimes: number;
  zonelessTimes: number;
  backwardTimes: number;
  misplacedPoints: number;
  readonly badValues: Record<'ele' | 'heartRate' | 'cadence' | 'power' | 'temperature', number>;
}

export function createFaultCounts(): FaultCounts {
  return {
    badTimes: 0,
    implausibleTimes: 0,
    zonelessTimes: 0,
    backwardTimes: 0,
    misplacedPoints: 0,
    badValues: { ele: 0, heartRate: 0, cadence: 0, power: 0, temperature: 0 },
  };
}

/** One warning per sort of fault, with its count. */
export function faultWarnings(faults: FaultCounts): Warning[] {
  const { badValues } = faults;
  const sensors = badValues.heartRate + badValues.cadence + badValues.power + badValues.temperature;
  const all: [string, string, number][] = [
    ['gpx/bad-elevation', 'Elevations that are no number or impossible were left out.', badValues.ele],
    ['gpx/bad-time', 'Times that cannot be read or do not exist were left out.', faults.badTimes],
    ['gpx/implausible-time', 'Times before 1990 or after the upload were left out.', faults.implausibleTimes],
    ['gpx/time-without-zone', 'Times without a zone were taken as UTC.', faults.zonelessTimes],
    [
      'gpx/time-backwards',
      'Time goes backwards inside a segment; such steps count as no movement.',
      faults.backwardTimes,
    ],
    ['gpx/bad-sensor-value', 'Sensor values that are no number or impossible were left out.', sensors],
    ['gpx/misplaced-point', 'Points outside of any segment or route were left out.', faults.misplacedPoints],
  ];
  return all.filter(([, , count]) => count > 0).map(([code, detail, count]) => ({ code, detail, count }));
}
