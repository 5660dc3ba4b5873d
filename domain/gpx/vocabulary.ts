import type { Vocabulary } from '../xml/namespaces.ts';

/** What an element is to the reader; everything else is passed over. */
export type ElementKind =
  | 'gpx'
  | 'metadata'
  | 'trk'
  | 'trkseg'
  | 'trkpt'
  | 'rte'
  | 'rtept'
  | 'wpt'
  | 'ele'
  | 'time'
  | 'name'
  | 'type'
  | SensorKind
  | 'other';

export type SensorKind = 'heartRate' | 'cadence' | 'power' | 'temperature';

export const GPX_VOCABULARY: Vocabulary<ElementKind> = {
  root: 'gpx',
  rootUris: new Set(['http://www.topografix.com/GPX/1/0', 'http://www.topografix.com/GPX/1/1']),
  defaultUri: 'http://www.topografix.com/GPX/1/1',
  kindOf: (uri, local) => NAMES.get(uri)?.get(local) ?? 'other',
  kindOfUnbound: (local) => UNBOUND.get(local) ?? 'other',
};

type Names = ReadonlyMap<string, ElementKind>;

/** Sensor values that apps write without any namespace of their own. */
const BARE_SENSORS: readonly [string, ElementKind][] = [
  ['hr', 'heartRate'],
  ['heartrate', 'heartRate'],
  ['heartRate', 'heartRate'],
  ['cad', 'cadence'],
  ['cadence', 'cadence'],
  ['power', 'power'],
  ['atemp', 'temperature'],
  ['temp', 'temperature'],
  ['temperature', 'temperature'],
];

const GPX: Names = new Map<string, ElementKind>([
  ['gpx', 'gpx'],
  ['metadata', 'metadata'],
  ['trk', 'trk'],
  ['trkseg', 'trkseg'],
  ['trkpt', 'trkpt'],
  ['rte', 'rte'],
  ['rtept', 'rtept'],
  ['wpt', 'wpt'],
  ['ele', 'ele'],
  ['time', 'time'],
  ['name', 'name'],
  ['type', 'type'],
  ...BARE_SENSORS,
]);

const TRACK_POINT_EXTENSION: Names = new Map<string, ElementKind>([
  ['hr', 'heartRate'],
  ['cad', 'cadence'],
  ['atemp', 'temperature'],
]);

const POWER_EXTENSION: Names = new Map<string, ElementKind>([['PowerInWatts', 'power']]);

const CLUETRUST: Names = new Map<string, ElementKind>([
  ['hr', 'heartRate'],
  ['cadence', 'cadence'],
  ['temp', 'temperature'],
  ['power', 'power'],
]);

const NAMES: ReadonlyMap<string, Names> = new Map([
  ['http://www.topografix.com/GPX/1/0', GPX],
  ['http://www.topografix.com/GPX/1/1', GPX],
  ['', new Map(BARE_SENSORS)],
  ['http://www.garmin.com/xmlschemas/TrackPointExtension/v1', TRACK_POINT_EXTENSION],
  ['http://www.garmin.com/xmlschemas/TrackPointExtension/v2', TRACK_POINT_EXTENSION],
  ['http://www.garmin.com/xmlschemas/PowerExtension/v1', POWER_EXTENSION],
  ['http://www.cluetrust.com/XML/GPXDATA/1/0', CLUETRUST],
]);

const UNBOUND: Names = new Map([...POWER_EXTENSION, ...GPX]);
