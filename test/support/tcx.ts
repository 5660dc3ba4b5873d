export const TCX_2 = 'http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2';
export const EXTENSION_2 = 'http://www.garmin.com/xmlschemas/ActivityExtension/v2';

/** A document with the given content inside its root. */
export function tcx(inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns="${TCX_2}" xmlns:x="${EXTENSION_2}">${inside}</TrainingCenterDatabase>`;
}

/** A document with one activity that holds `laps`. */
export function tcxOf(laps: string, { sport = 'Biking', more = '' } = {}): string {
  return tcx(`<Activities>${activity(laps, { sport, more })}</Activities>`);
}

export function activity(laps: string, { sport = 'Biking', id = isoAt(0), more = '' } = {}): string {
  return `<Activity Sport="${sport}"><Id>${id}</Id>${laps}${more}</Activity>`;
}

/** A lap whose tracks hold the given points each. */
export function lap(tracks: readonly string[], inside = '', startedAt = isoAt(0)): string {
  return `<Lap StartTime="${startedAt}">${inside}${tracks.map((points) => `<Track>${points}</Track>`).join('')}</Lap>`;
}

export interface TcxPoint {
  /** Seconds after the start. */
  readonly atS?: number;
  readonly lat?: number | string;
  readonly lon?: number | string;
  readonly ele?: number;
  readonly distanceM?: number;
  readonly heartRate?: number;
  /** Any other elements. */
  readonly more?: string;
}

export function trackpoint({ atS, lat, lon, ele, distanceM, heartRate, more = '' }: TcxPoint): string {
  const position =
    lat === undefined ? '' : element('Position', element('LatitudeDegrees', lat) + element('LongitudeDegrees', lon));
  const time = atS === undefined ? '' : element('Time', isoAt(atS));
  const beats = heartRate === undefined ? '' : element('HeartRateBpm', element('Value', heartRate));
  return element(
    'Trackpoint',
    `${time}${position}${element('AltitudeMeters', ele)}${element('DistanceMeters', distanceM)}${beats}${more}`,
  );
}

function element(name: string, inside: string | number | undefined): string {
  return inside === undefined ? '' : `<${name}>${inside}</${name}>`;
}

export function isoAt(seconds: number): string {
  return new Date(Date.UTC(2026, 4, 1, 8) + seconds * 1000).toISOString();
}

/** Points `[from, to)` of a walk north at 1.4 m/s, one a second. */
export function tcxWalk(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, k) => {
    const i = from + k;
    const place = { lat: (47 + i * 0.0000125).toFixed(7), lon: 11.5 };
    return trackpoint({ atS: i, ...place, ele: 500 + (i % 50) / 5, distanceM: i * 1.39, heartRate: 100 + (i % 60) });
  }).join('\n');
}

/** A small whole TCX: the walk in one lap. */
export function smallTcx({ points = 60, notes = 'A walk' } = {}): string {
  const totals = `<TotalTimeSeconds>${points - 1}</TotalTimeSeconds><DistanceMeters>${(points - 1) * 1.39}</DistanceMeters><Calories>9</Calories><Intensity>Active</Intensity><TriggerMethod>Distance</TriggerMethod>`;
  const more = `<Notes>${notes}</Notes><Creator xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="Device_t"><Name>Test 7</Name></Creator>`;
  return tcxOf(lap([tcxWalk(0, points)], totals), { sport: 'Walking', more });
}

const BIT_OF_EACH_POINT = `<Cadence>80</Cadence><SensorState>Present</SensorState><Extensions><x:TPX CadenceSensor="Bike"><x:Speed>5.25</x:Speed><x:Watts>200</x:Watts></x:TPX></Extensions>`;

/** A document with all that is read, and much that XML allows. */
export function wholeTcx(): string {
  const run = `<Extensions><TPX xmlns="${EXTENSION_2}"><RunCadence>85</RunCadence></TPX></Extensions>`;
  const first = lap(
    [
      trackpoint({ atS: 0, lat: 47.1, lon: 11.2, ele: 812.5, distanceM: 0, heartRate: 99, more: BIT_OF_EACH_POINT }),
      trackpoint({ atS: 9, heartRate: 0, more: '<Cadence>\r\n80 </Cadence>' }),
    ],
    '<TotalTimeSeconds>1.5</TotalTimeSeconds><AverageHeartRateBpm><Value>99</Value></AverageHeartRateBpm><TriggerMethod>HeartRate</TriggerMethod><Extensions><x:LX><x:AvgWatts>180</x:AvgWatts></x:LX></Extensions>',
  );
  const second = `<Activity Sport='Running'><Id/><Lap StartTime="${isoAt(20)}"><Track>${trackpoint({ atS: 20, lat: -0.5, lon: '+179.123456789012345', more: run })}</Track><Notes>x</Notes></Lap></Activity>`;
  const transition = `<Transition StartTime="${isoAt(10)}"><Track>${trackpoint({ atS: 10, lat: 0, lon: 0 })}</Track></Transition>`;
  const multi = `<MultiSportSession><Id>${isoAt(0)}</Id><FirstSport>${activity(first)}</FirstSport><NextSport>${transition}${second}</NextSport><Notes><![CDATA[Ötztal & 山]]>\nsecond line</Notes></MultiSportSession>`;
  const course = `<Courses><Course><Name>Loop &amp; back</Name><Lap><TotalTimeSeconds>9</TotalTimeSeconds></Lap><Track>${trackpoint({ lat: '.5', lon: '5.' })}</Track><CoursePoint><Name>Hut</Name></CoursePoint></Course></Courses>`;
  return tcx(
    `<!-- head --><Folders/><Activities>${multi}</Activities>${course}<Author><Name>App</Name></Author>`,
  ).replace('<Time>', '<Time> ');
}
