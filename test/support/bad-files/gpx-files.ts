import { gpx, trkpt } from '../../domain/gpx/gpx-text.ts';
import { accepted, type BadFile, ofClass, refused, warned, type Xml } from './bad-file.ts';
import { xmlFiles } from './xml-files.ts';

const at = (s: number) => new Date(Date.UTC(2026, 4, 1, 8) + s * 1000).toISOString();
const time = (s: number) => `<time>${at(s)}</time>`;
const GOOD = [0, 1, 2].map((i) => trkpt(47 + i / 10_000, 11, `<ele>500</ele>${time(i)}`)).join('');
const points = (count: number, of: (i: number) => string) => () =>
  gpx(Array.from({ length: count }, (_, i) => of(i)).join(''));

const GPX: Xml = {
  dialect: 'gpx',
  root: 'gpx',
  document: ({ inside = '', note = 'gpx' } = {}) => gpx(GOOD + inside, `<name>${note}</name>`),
};

export function gpxFiles(): BadFile[] {
  return [...xmlFiles(GPX), ...notATrack(), ...badValues(), ...atScale(), ...traps()];
}

function notATrack(): BadFile[] {
  return [
    ...ofClass('not a track', [
      refused('GPX without anything', '<gpx version="1.1"/>', 'gpx/no-points'),
      refused('GPX with waypoints only', '<gpx><wpt lat="1" lon="2"/></gpx>', 'gpx/no-points'),
      refused('GPX with an empty segment', gpx(''), 'gpx/no-points'),
      refused('GPX with points in no segment', `<gpx><trk>${GOOD}</trk></gpx>`, 'gpx/no-points'),
      refused(
        'gpx of a foreign namespace',
        `<gpx xmlns="urn:other"><trk><trkseg>${GOOD}</trkseg></trk></gpx>`,
        'gpx/not-gpx',
      ),
      refused('another XML', '<rss version="2.0"><channel/></rss>', 'gpx/not-gpx'),
      refused('a root of another name', '<gpxx/>', 'gpx/not-gpx'),
    ]),
  ];
}

function badValues(): BadFile[] {
  return [
    ...ofClass(
      'one bad value among good points',
      ['', 'abc', '91', '-90.5', 'NaN', 'Infinity', '1e999', '0x2F', '47,5', '4 7', '９'].map((lat) =>
        refused(`GPX with the latitude "${lat}"`, gpx(GOOD + trkpt(lat, 11)), 'gpx/bad-coordinate'),
      ),
    ),
    ...ofClass('one bad value among good points', [
      refused('GPX with the longitude 180.1', gpx(GOOD + trkpt(47, 180.1)), 'gpx/bad-coordinate'),
      refused('GPX without a longitude', gpx(`${GOOD}<trkpt lat="47"/>`), 'gpx/bad-coordinate'),
      warned('GPX with an elevation without end', gpx(GOOD + trkpt(47, 11, '<ele>1e999</ele>')), 'gpx/bad-elevation'),
      warned('GPX with an elevation in words', gpx(GOOD + trkpt(47, 11, '<ele>high</ele>')), 'gpx/bad-elevation'),
      warned('GPX with a time in words', gpx(GOOD + trkpt(47, 11, '<time>noon</time>')), 'gpx/bad-time'),
      warned(
        'GPX with a day that does not exist',
        gpx(GOOD + trkpt(47, 11, '<time>2026-02-30T00:00:00Z</time>')),
        'gpx/bad-time',
      ),
      warned(
        'GPX with the year 0001',
        gpx(GOOD + trkpt(47, 11, '<time>0001-01-01T00:00:00Z</time>')),
        'gpx/implausible-time',
      ),
      warned(
        'GPX with the year 9999',
        gpx(GOOD + trkpt(47, 11, '<time>9999-01-01T00:00:00Z</time>')),
        'gpx/implausible-time',
      ),
      warned('GPX with a heart that is dead', gpx(GOOD + trkpt(47, 11, '<hr>-5</hr>')), 'gpx/bad-sensor-value'),
      warned(
        'GPX with the power of a city',
        gpx(GOOD + trkpt(47, 11, '<power>99999999999999999999</power>')),
        'gpx/bad-sensor-value',
      ),
      accepted('GPX with 5,000 digits', gpx(GOOD + trkpt(`47.${'1'.repeat(5_000)}`, 11))),
    ]),
    ...ofClass('all bad', [
      warned(
        'GPX with all times in words',
        points(50, (i) => trkpt(47 + i / 9_999, 11, '<time>x</time>')),
        'gpx/bad-time',
      ),
      warned(
        'GPX with all elevations impossible',
        points(50, (i) => trkpt(47 + i / 9_998, 11, '<ele>-99999</ele>')),
        'gpx/bad-elevation',
      ),
      refused(
        'GPX with all coordinates missing',
        points(50, () => '<trkpt/>'),
        'gpx/bad-coordinate',
      ),
    ]),
  ];
}

function atScale(): BadFile[] {
  return [
    ...ofClass('counts', [
      refused(
        'GPX with a point too many',
        points(1_000_001, () => '<trkpt lat="1" lon="2"/>'),
        'gpx/too-many-points',
      ),
      accepted('GPX with one point', gpx(trkpt(47.5, 11.5))),
      accepted(
        'GPX with 100,000 segments of one point',
        points(100_000, (i) => `${trkpt(47, i / 1e6)}</trkseg><trkseg>`),
      ),
      accepted('GPX with 300,000 empty segments', () => gpx(`${'</trkseg><trkseg>'.repeat(300_000)}${GOOD}`)),
    ]),
  ];
}

function traps(): BadFile[] {
  return [
    ...ofClass('performance traps', [
      accepted(
        'GPX in a zigzag',
        points(100_000, (i) => trkpt(47 + (i % 2) / 1_000, 11 + i / 1e6, time(i))),
      ),
      accepted(
        'GPX in a zigzag across the antimeridian',
        points(20_000, (i) => trkpt(0, i % 2 ? 179.9 : -179.9, time(i))),
      ),
      accepted(
        'GPX from pole to pole',
        points(20_000, (i) => trkpt(i % 2 ? 90 : -90, (i * 7) % 180, time(i))),
      ),
      accepted(
        'GPX in a spiral',
        points(100_000, (i) => trkpt(Math.sin(i / 50) * (i / 2_000), Math.cos(i / 50) * (i / 2_000), time(i))),
      ),
      accepted(
        'GPX that stands still',
        points(100_000, (i) => trkpt(47, 11, `<ele>${i % 7}</ele>${time(i)}`)),
      ),
      warned(
        'GPX with time running backwards',
        points(100_000, (i) => trkpt(47 + i / 1e6, 11, time(-i))),
        'gpx/time-backwards',
      ),
      warned(
        'GPX with time that jumps about',
        points(50_000, (i) => trkpt(47 + i / 1e6, 11, time((i * 7_919) % 50_000))),
        'gpx/time-backwards',
      ),
      accepted(
        'GPX with one and the same time',
        points(50_000, (i) => trkpt(47 + i / 1e6, 11, time(0))),
      ),
      accepted(
        'GPX with three hours between points',
        points(1_000, (i) => trkpt(47 + i / 1e4, 11, time(i * 11_000))),
      ),
      accepted(
        'GPX with an elevation saw',
        points(100_000, (i) => trkpt(47 + i / 1e6, 11, `<ele>${i % 2 ? 99_999 : -11_999}</ele>${time(i)}`)),
      ),
    ]),
  ];
}
