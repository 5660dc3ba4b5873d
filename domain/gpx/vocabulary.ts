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

/** The kind of a local name in a namespace; `uri` is '' for none. */
export function kindOf(uri: string, local: string): ElementKind {
  return VOCABULARIES.get(uri)?.get(local) ?? 'other';
}

/** A prefix that nothing binds: real files have such, so the local name decides. */
export function kindOfUnbound(local: string): ElementKind {
  return UNBOUND.get(local) ?? 'other';
}

export const GPX_NAMESPACES: ReadonlySet<string> = new Set([
  'http://www.topografix.com/GPX/1/0',
  'http://www.topografix.com/GPX/1/1',
]);

type Vocabulary = ReadonlyMap<string, ElementKind>;

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

const GPX: Vocabulary = new Map<string, ElementKind>([
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

const TRACK_POINT_EXTENSION: Vocabulary = new Map<string, ElementKind>([
  ['hr', 'heartRate'],
  ['cad', 'cadence'],
  ['atemp', 'temperature'],
]);

const POWER_EXTENSION: Vocabulary = new Map<string, ElementKind>([['PowerInWatts', 'power']]);

const CLUETRUST: Vocabulary = new Map<string, ElementKind>([
  ['hr', 'heartRate'],
  ['cadence', 'cadence'],
  ['temp', 'temperature'],
  ['power', 'power'],
]);

const VOCABULARIES: ReadonlyMap<string, Vocabulary> = new Map([
  ['http://www.topografix.com/GPX/1/0', GPX],
  ['http://www.topografix.com/GPX/1/1', GPX],
  ['', new Map(BARE_SENSORS)],
  ['http://www.garmin.com/xmlschemas/TrackPointExtension/v1', TRACK_POINT_EXTENSION],
  ['http://www.garmin.com/xmlschemas/TrackPointExtension/v2', TRACK_POINT_EXTENSION],
  ['http://www.garmin.com/xmlschemas/PowerExtension/v1', POWER_EXTENSION],
  ['http://www.cluetrust.com/XML/GPXDATA/1/0', CLUETRUST],
]);

const UNBOUND: Vocabulary = new Map([...POWER_EXTENSION, ...GPX]);
