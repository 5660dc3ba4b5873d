import { activity, isoAt, lap, TCX_2, tcx, tcxOf, tcxWalk, trackpoint } from '../tcx.ts';
import { accepted, type BadFile, ofClass, refused, warned, type Xml } from './bad-file.ts';
import { xmlFiles } from './xml-files.ts';

const GOOD = tcxWalk(0, 3);
const one = (more: string) => tcxOf(lap([GOOD + trackpoint({ atS: 9, lat: 47, lon: 11, more })]));
const placed = (lat: number | string, lon: number | string) => tcxOf(lap([GOOD + trackpoint({ atS: 9, lat, lon })]));
const points = (count: number, of: (i: number) => string) => () =>
  tcxOf(lap([Array.from({ length: count }, (_, i) => of(i)).join('')]));

const TCX: Xml = {
  dialect: 'tcx',
  root: 'TrainingCenterDatabase',
  document: ({ inside = '', note = 'tcx' } = {}) => tcxOf(lap([GOOD + inside]), { more: `<Notes>${note}</Notes>` }),
};

export function tcxFiles(): BadFile[] {
  return [...xmlFiles(TCX), ...notATrack(), ...badValues(), ...atScale()];
}

function notATrack(): BadFile[] {
  return [
    ...ofClass('not a track', [
      refused('TCX without anything', '<TrainingCenterDatabase/>', 'tcx/no-points'),
      refused(
        'TCX with workouts only',
        tcx('<Workouts><Workout Sport="Biking"><Name>w</Name></Workout></Workouts>'),
        'tcx/no-points',
      ),
      refused('TCX with laps only', tcxOf(lap([])), 'tcx/no-points'),
      refused('TCX with points in no track', tcxOf(GOOD), 'tcx/no-points'),
      refused('TCX of a foreign namespace', tcxOf(lap([GOOD])).replace(TCX_2, 'urn:other'), 'tcx/not-tcx'),
      refused('TCX of version 1', tcxOf(lap([GOOD])).replace(TCX_2, TCX_2.replace('v2', 'v1')), 'tcx/not-tcx'),
    ]),
  ];
}

function badValues(): BadFile[] {
  return [
    ...ofClass('one bad value among good points', [
      warned('TCX with a latitude beyond the pole', placed(90.5, 11), 'tcx/bad-position'),
      warned('TCX with a longitude without end', placed(47, '1e999'), 'tcx/bad-position'),
      warned('TCX with a latitude in words', placed('north', 11), 'tcx/bad-position'),
      warned('TCX with half a position', placed(47, ''), 'tcx/bad-position'),
      warned('TCX at 0/0', placed(0, 0), 'tcx/bad-position'),
      warned('TCX with a point without a position', tcxOf(lap([GOOD + trackpoint({ atS: 9 })])), 'tcx/no-position'),
      warned('TCX with an elevation in space', one('<AltitudeMeters>1e300</AltitudeMeters>'), 'tcx/bad-elevation'),
      warned('TCX with a time in words', one('<Time>noon</Time>'), 'tcx/bad-time'),
      warned('TCX with the year 1900', one('<Time>1900-01-01T00:00:00Z</Time>'), 'tcx/implausible-time'),
      warned('TCX with a dead heart', one('<HeartRateBpm><Value>0</Value></HeartRateBpm>'), 'tcx/bad-sensor-value'),
      warned(
        'TCX with a distance that falls below 0',
        one('<DistanceMeters>-1</DistanceMeters>'),
        'tcx/bad-sensor-value',
      ),
      warned(
        'TCX with a lap of minus a minute',
        tcxOf(lap([GOOD], '<TotalTimeSeconds>-60</TotalTimeSeconds>')),
        'tcx/bad-lap-value',
      ),
      warned(
        'TCX with a lap that starts in 1901',
        tcxOf(lap([GOOD], '', '1901-01-01T00:00:00Z')),
        'tcx/implausible-time',
      ),
      warned(
        'TCX with a stray point',
        tcxOf(lap([GOOD]) + trackpoint({ atS: 9, lat: 1, lon: 2 })),
        'tcx/misplaced-point',
      ),
    ]),
    ...ofClass('all bad', [
      warned(
        'TCX with no position at all',
        points(200, (i) => trackpoint({ atS: i, heartRate: 99 })),
        'tcx/no-position',
      ),
      warned(
        'TCX with empty points',
        points(200, () => '<Trackpoint/>'),
        'tcx/no-position',
      ),
      warned(
        'TCX with all times in words',
        points(200, (i) => trackpoint({ lat: 47, lon: i / 9_999, more: '<Time>x</Time>' })),
        'tcx/bad-time',
      ),
    ]),
  ];
}

function atScale(): BadFile[] {
  return [
    ...ofClass('counts', [
      refused(
        'TCX with a point too many',
        points(1_000_001, () => '<Trackpoint/>'),
        'tcx/too-many-points',
      ),
      refused('TCX with a lap too many', tcxOf('<Lap/>'.repeat(10_001)), 'tcx/too-many-laps'),
      refused(
        'TCX with an activity too many',
        tcx(`<Activities>${'<Activity/>'.repeat(1_001)}</Activities>`),
        'tcx/too-many-laps',
      ),
      refused(
        'TCX with a pause too many',
        () => tcxOf(lap(Array.from({ length: 50_002 }, (_, i) => trackpoint({ atS: i })))),
        'tcx/too-many-laps',
      ),
      accepted('TCX with 1,000 activities', () =>
        tcx(
          `<Activities>${Array.from({ length: 1_000 }, (_, i) => activity(lap([trackpoint({ atS: i, lat: 47, lon: i / 1e4 })]), { id: isoAt(i) })).join('')}</Activities>`,
        ),
      ),
      accepted('TCX with 20,000 pauses', () =>
        tcxOf(lap(Array.from({ length: 20_000 }, (_, i) => trackpoint({ atS: i, lat: 47, lon: i / 1e5 })))),
      ),
    ]),
    ...ofClass('performance traps', [
      warned(
        'TCX with time running backwards',
        points(50_000, (i) => trackpoint({ atS: -i, lat: 47, lon: i / 1e6 })),
        'tcx/time-backwards',
      ),
      accepted(
        'TCX in a zigzag',
        points(50_000, (i) => trackpoint({ atS: i, lat: 47 + (i % 2) / 1e3, lon: i / 1e6 })),
      ),
      accepted(
        'TCX that declares a namespace in each point',
        points(50_000, (i) =>
          trackpoint({ atS: i, lat: 47, lon: i / 1e6, more: `<Extensions><TPX xmlns="urn:${i}"/></Extensions>` }),
        ),
      ),
      warned(
        'TCX with a place at both ends only',
        points(50_000, (i) => trackpoint(i % 49_999 ? { atS: i } : { atS: i, lat: 47, lon: 11 })),
        'tcx/no-position',
      ),
    ]),
  ];
}
