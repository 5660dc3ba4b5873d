/** One limit: a refusal names its key and its value, and the documentation prints its reason. */
export interface Limit {
  readonly value: number;
  readonly unit:
    | 'bytes'
    | 'times'
    | 'points'
    | 'levels'
    | 'attributes'
    | 'ms'
    | 'parts'
    | 'characters'
    | 'metres'
    | 'streams'
    | 'exports'
    | 'previews'
    | 'items'
    | 'messages'
    | 'laps'
    | 'sessions'
    | 'events';
  readonly reason: string;
}

/** Every limit on what is received and read. Nothing else in the code may hold such a number. */
export const LIMITS = {
  wireBytes: limit(
    25_000_000,
    'bytes',
    'A day at 1 Hz with all sensors is under 20 MB; the big sites stop at 25 MB too.',
  ),
  inflatedBytes: limit(
    100_000_000,
    'bytes',
    'GPX shrinks about tenfold under gzip, so 100 MB holds all that fits the wire.',
  ),
  inflateRatio: limit(200, 'times', 'Real recordings inflate 8 to 20 times; beyond 200 it is a bomb.'),
  inflateRatioFreeBytes: limit(
    1_000_000,
    'bytes',
    'Small regular files may inflate far without harm; the ratio counts after this.',
  ),
  points: limit(1_000_000, 'points', 'Eleven days at 1 Hz; OpenStreetMap stops there too.'),
  xmlDepth: limit(64, 'levels', 'GPX with extensions of every maker nests under 12 deep.'),
  xmlAttributes: limit(64, 'attributes', 'Root elements of real files declare up to about 20 namespaces.'),
  xmlNameBytes: limit(256, 'bytes', 'The longest names in use are under 60 bytes.'),
  xmlTextBytes: limit(65_536, 'bytes', 'Texts and attributes are held in memory whole; descriptions are far shorter.'),
  fitParts: limit(64, 'parts', 'Chained files hold an activity and a few parts of heart rate; the longest seen has 5.'),
  fitMessages: limit(
    10_000_000,
    'messages',
    'Ten for each point; a hostile file of two-byte messages reads as many in 0.13 s.',
  ),
  fitDefinitions: limit(
    100_000,
    'messages',
    'Each costs up to 510 fields; recorders that redefine all the time write some thousands.',
  ),
  fitLaps: limit(10_000, 'laps', 'They are listed with the track; a lap a minute for a week.'),
  fitSessions: limit(1_000, 'sessions', 'They are listed with the track; a triathlon has five.'),
  fitTimerEvents: limit(50_000, 'events', 'Starts and stops; a day of city traffic with automatic pause has hundreds.'),
  tcxLaps: limit(10_000, 'laps', 'They are listed with the track, as those of FIT.'),
  tcxSessions: limit(1_000, 'sessions', 'Activities, and transitions between them; they are listed with the track.'),
  tcxPauses: limit(50_000, 'events', 'Tracks of one lap with points before them; they are listed with the track.'),
  parseTimeMs: limit(10_000, 'ms', 'The largest allowed file reads in about 3 s on a slow core; longer is an attack.'),
  seriesPoints: limit(2_000, 'points', 'A screen is about 2,000 pixels wide, and the JSON stays near 100 kB.'),
  splits: limit(
    1_000,
    'parts',
    'Longer tracks than 1,000 km (or miles) are journeys; a hostile one would have millions.',
  ),
  pageItems: limit(100, 'items', 'A page of 100 summaries is about 60 kB; who wants more asks for the next one.'),
  multipartParts: limit(
    16,
    'parts',
    'One file and three optional fields are expected; some clients add a few of their own.',
  ),
  multipartFiles: limit(1, 'parts', 'One upload is one recording.'),
  multipartFieldBytes: limit(4_096, 'bytes', 'Fields are names and ids, all shorter than this.'),
  multipartHeaderPairs: limit(32, 'parts', 'A part has two or three headers.'),
  fileNameCharacters: limit(255, 'characters', 'What file systems hold; longer names are cut, not refused.'),
  nameCharacters: limit(255, 'characters', 'A title is one line; a longer name in a file is cut with a warning.'),
  sportCharacters: limit(64, 'characters', 'A sport is a word or two.'),
  deviceCharacters: limit(255, 'characters', 'A device is a name and a version.'),
  externalIdCharacters: limit(255, 'characters', 'Ids of other systems are shorter; longer would bloat the index.'),
  privacyZoneLeastM: limit(50, 'metres', 'At least half of a zone lies around the place; receivers wander by 15 m.'),
  privacyZoneM: limit(5_000, 'metres', 'A village with its fields; what needs more is better not shown at all.'),
  accountStreams: limit(
    100,
    'streams',
    'Open event streams of one account in one process: far more than pages of one person.',
  ),
  processStreams: limit(
    10_000,
    'streams',
    'Open event streams of one process: about 500 MB and as many descriptors; more is for another replica.',
  ),
  accountExports: limit(
    4,
    'exports',
    'Exports of one account under way in one process: a browser opens six connections, and other accounts wait too.',
  ),
  processExportPoints: limit(
    4_000_000,
    'points',
    'Of all exports under way in one process: their columns are held while they are read, 48 to 84 bytes a point.',
  ),
  waitingPreviews: limit(
    50,
    'previews',
    'Those of one process that wait to be drawn, one after another: some milliseconds each, and 2 MB of columns at 1 Hz for 12 h.',
  ),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

function limit(value: number, unit: Limit['unit'], reason: string): Limit {
  return { value, unit, reason };
}
