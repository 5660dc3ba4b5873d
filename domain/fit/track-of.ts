import type { Warning } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import type { Track } from '../track/track.ts';
import type { FitDocument } from './document.ts';
import { deviceName, sportName } from './names.ts';
import { TOTALS } from './profile.ts';
import { cut, finished } from './record-columns.ts';
import { reportOf } from './report.ts';
import { segmentation } from './segments.ts';
import { type PointTimes, pointTimes } from './times.ts';

const COURSE = 6;

/** The normal form of what was read. */
export function trackOf(document: FitDocument, receivedAtMs: number, warnings: readonly Warning[]): Track {
  const { columns } = document;
  const { count } = columns;
  const segments = segmentation(document);
  const times = pointTimes(columns.timeS, count, document, receivedAtMs);
  const device = deviceName(document.manufacturer, document.product, document.productName);
  const recordedDistanceM = finished(columns.distanceM, count);
  const recordedSpeedMps = finished(columns.speedMps, count);
  return {
    kind: document.fileType === COURSE ? 'route' : 'track',
    format: 'fit',
    name: document.courseName?.slice(0, LIMITS.nameCharacters.value) ?? null,
    sport: sportOf(document),
    device: device?.slice(0, LIMITS.deviceCharacters.value) ?? null,
    segmentStarts: Uint32Array.from(segments.starts),
    lat: cut(columns.lat, count),
    lon: cut(columns.lon, count),
    ele: finished(columns.ele, count),
    timeMs: finished(times.timeMs, count),
    heartRate: finished(columns.heartRate, count),
    cadence: finished(columns.cadence, count),
    power: finished(columns.power, count),
    temperature: finished(columns.temperature, count),
    ...(recordedDistanceM && { recordedDistanceM }),
    ...(recordedSpeedMps && { recordedSpeedMps }),
    report: reportOf(document, segments),
    warnings: [...warnings, ...valueWarnings(document, times, segments.starts)],
  };
}

const TRANSITION = 3;

/** Of all sessions if they agree, transitions left aside; else `multisport`. */
function sportOf({ sessions, sport }: FitDocument): string | null {
  const sports = new Set(sessions.map((row) => row[TOTALS.sport] ?? Number.NaN));
  if (sports.size > 1) {
    sports.delete(TRANSITION);
    sports.delete(Number.NaN);
  }
  const [only = Number.NaN] = sports;
  if (sports.size > 1) return 'multisport';
  return sportName(Number.isNaN(only) ? sport : only);
}

function valueWarnings(document: FitDocument, times: PointTimes, starts: readonly number[]): Warning[] {
  const { columns, faults, isAnchorLocal } = document;
  const { count } = columns;
  const unplaced = missing(columns.lat, count);
  const datedByClock = isAnchorLocal ? times.relative - times.dateless : 0;
  const all: [string, string, number][] = [
    ['fit/no-position', 'Points without a position; they are kept with their time and sensors.', unplaced],
    ['fit/bad-position', 'Positions that are half, beyond a pole, or 0/0 were left out.', faults.positions],
    ['fit/bad-elevation', 'Elevations that are impossible were left out.', faults.elevations],
    ['fit/bad-sensor-value', 'Sensor values that are impossible were left out.', faults.sensors],
    ['fit/time-without-date', "Times that count from the recorder's start were left out.", times.dateless],
    ['fit/time-without-zone', "Times were dated by the recorder's local clock and taken as UTC.", datedByClock],
    ['fit/implausible-time', 'Times before 1990 or after the upload were left out.', times.implausible],
    [
      'fit/time-backwards',
      'Time goes backwards inside a segment; such steps count as no movement.',
      backwards(times.timeMs, starts),
    ],
  ];
  return all.filter(([, , faulty]) => faulty > 0).map(([code, detail, faulty]) => ({ code, detail, count: faulty }));
}

function missing(values: Float64Array, count: number): number {
  let nothing = 0;
  for (let i = 0; i < count; i++) if (Number.isNaN(values[i])) nothing++;
  return nothing;
}

function backwards(timeMs: Float64Array, starts: readonly number[]): number {
  let count = 0;
  let last = Number.NaN;
  let next = 0;
  for (let i = 0; i < timeMs.length; i++) {
    if (i === starts[next]) {
      next++;
      last = Number.NaN;
    }
    const time = timeMs[i] ?? Number.NaN;
    if (time < last) count++;
    if (!Number.isNaN(time)) last = time;
  }
  return count;
}
