import { describe, expect, test } from 'vitest';
import {
  activity,
  EXTENSION_2,
  isoAt,
  lap,
  smallTcx,
  TCX_2,
  tcx,
  tcxOf,
  tcxWalk,
  trackpoint,
  wholeTcx,
} from '../../support/tcx.ts';
import { list, warningsOf } from '../fit/reading.ts';
import { utf16 } from '../gpx/gpx-text.ts';
import { read } from './reading.ts';

const point = (atS: number, more = '') => trackpoint({ atS, lat: 47 + atS / 1000, lon: 11, more });

describe('segments, laps and pauses', () => {
  test('the timer runs on from lap to lap, and stops between the tracks of one', () => {
    const laps =
      lap([tcxWalk(0, 5)]) + lap([tcxWalk(5, 10), '', tcxWalk(40, 44)], '', isoAt(5)) + lap([tcxWalk(44, 50)]);
    const track = read(tcxOf(laps));
    expect([...track.segmentStarts]).toEqual([0, 10]);
    expect(track.report?.pauses).toEqual([{ startedAt: isoAt(9), endedAt: isoAt(40), trigger: null }]);
    expect(track.report?.laps.map(({ startedAt }) => startedAt)).toEqual([isoAt(0), isoAt(5), isoAt(0)]);
  });

  test('a track without points is no segment, and a pause that takes no time is none', () => {
    const track = read(tcxOf(lap(['', tcxWalk(0, 3), '', tcxWalk(2, 4)])));
    expect([...track.segmentStarts]).toEqual([0, 3]);
    expect(track.report?.pauses).toEqual([]);
  });

  test('a lap is as the recorder wrote it', () => {
    const totals = `<TotalTimeSeconds>61.5</TotalTimeSeconds><DistanceMeters>1000</DistanceMeters><MaximumSpeed>9</MaximumSpeed>
      <Calories>70</Calories><AverageHeartRateBpm><Value>130</Value></AverageHeartRateBpm><MaximumHeartRateBpm><Value>150</Value></MaximumHeartRateBpm>
      <Intensity>Active</Intensity><Cadence>81</Cadence><TriggerMethod>HeartRate</TriggerMethod>
      <Extensions><q:LX xmlns:q="${EXTENSION_2}"><q:AvgWatts>200</q:AvgWatts><q:MaxWatts>640</q:MaxWatts></q:LX></Extensions>`;
    expect(read(tcxOf(lap([point(0)], totals))).report?.laps).toEqual([
      {
        startedAt: isoAt(0),
        distanceM: 1000,
        elapsedS: null,
        timerS: 61.5,
        averageHeartRateBpm: 130,
        maxHeartRateBpm: 150,
        averageCadenceRpm: 81,
        averagePowerW: 200,
        maxPowerW: 640,
        elevationGainM: null,
        elevationLossM: null,
        energyKcal: 70,
        trigger: 'heart_rate',
      },
    ]);
  });

  test('figures of a lap that cannot be are left out and counted', () => {
    const totals =
      '<TotalTimeSeconds>-1</TotalTimeSeconds><Calories>many</Calories><DistanceMeters/><TriggerMethod>Manual</TriggerMethod>';
    const track = read(tcxOf(lap([point(0)], totals)));
    expect(track.report?.laps).toMatchObject([{ timerS: null, energyKcal: null, distanceM: null, trigger: 'manual' }]);
    expect(warningsOf(track)).toEqual({ 'tcx/bad-lap-value': 2 });
  });
});

describe('activities', () => {
  test('each is a session and a segment, with the transitions between them', () => {
    const next = `<Transition StartTime="${isoAt(20)}"><Track>${point(20)}</Track></Transition>${activity(lap([point(30)], '', isoAt(30)), { sport: 'Running', id: isoAt(30) })}`;
    const swim = activity(lap(['']), { sport: 'Other', id: isoAt(-60) });
    const session = `<MultiSportSession><Id>${isoAt(-60)}</Id><FirstSport>${swim}</FirstSport><NextSport>${activity(lap([point(0)]))}</NextSport><NextSport>${next}</NextSport></MultiSportSession>`;
    const track = read(tcx(`<Activities>${session}</Activities>`));
    expect(track.sport).toBe('multisport');
    expect([...track.segmentStarts]).toEqual([0, 1, 2]);
    expect(track.report?.sessions).toMatchObject([
      { sport: 'generic', startedAt: isoAt(-60), firstSegment: null, distanceM: null },
      { sport: 'cycling', startedAt: isoAt(0), firstSegment: 0 },
      { sport: 'transition', startedAt: isoAt(20), firstSegment: 1 },
      { sport: 'running', startedAt: isoAt(30), firstSegment: 2 },
    ]);
    expect(track.report?.laps).toHaveLength(4);
    expect(track.report?.pauses).toEqual([]);
  });

  test.each([
    ['Biking', 'cycling'],
    ['Running', 'running'],
    ['Other', 'generic'],
    ['Cross Country Skiing', 'cross_country_skiing'],
    ['', null],
  ])('the sport %s is %s', (sport, word) => {
    expect(read(tcxOf(lap([point(0)]), { sport })).sport).toBe(word);
  });

  test('the name is the first line of the notes, the device the creator, else the author', () => {
    expect(read(smallTcx({ notes: '\n Evening ride \nwith friends' }))).toMatchObject({
      name: 'Evening ride',
      device: 'Test 7',
    });
    const whole = `<Activities>${activity(lap([point(0)]))}</Activities><Author><Name>Some App</Name></Author>`;
    expect(read(tcx(whole))).toMatchObject({ name: null, device: 'Some App' });
    const long = read(smallTcx({ notes: 'é'.repeat(300) }));
    expect(long.name).toHaveLength(255);
    expect(warningsOf(long)).toEqual({ 'tcx/name-cut': 0 });
  });
});

describe('courses', () => {
  const course = `<Course><Name>Loop</Name><Lap><TotalTimeSeconds>60</TotalTimeSeconds><DistanceMeters>500</DistanceMeters></Lap><Track>${point(0)}${point(1)}</Track><Notes>n</Notes></Course>`;

  test('are a route, each course a segment', () => {
    const track = read(tcx(`<Courses>${course}${course}</Courses>`));
    expect(track).toMatchObject({ kind: 'route', name: 'Loop', sport: null });
    expect([...track.segmentStarts]).toEqual([0, 2]);
    expect(track.report).toMatchObject({
      sessions: [],
      pauses: [],
      laps: [{ timerS: 60, startedAt: null }, { distanceM: 500 }],
    });
  });

  test('are left out beside an activity with points, and only then', () => {
    const both = (laps: string) => read(tcx(`<Activities>${activity(laps)}</Activities><Courses>${course}</Courses>`));
    expect(warningsOf(both(lap([point(0)])))).toEqual({ 'tcx/courses-ignored': 1 });
    expect(both(lap(['']))).toMatchObject({ kind: 'route', warnings: [] });
  });
});

describe('names and namespaces', () => {
  const content = `<Activities>${activity(lap([point(0)]))}</Activities>`;

  test('any prefix will do, and none at all', () => {
    const prefixed = content.replace(/<(\/?)(\w)/g, '<$1t:$2');
    expect(
      read(`<t:TrainingCenterDatabase xmlns:t="${TCX_2}">${prefixed}</t:TrainingCenterDatabase>`).lat,
    ).toHaveLength(1);
    expect(read(`<TrainingCenterDatabase>${content}</TrainingCenterDatabase>`).lat).toHaveLength(1);
    expect(read(utf16(tcx(content).replace('UTF-8', 'UTF-16'), 'be')).lat).toHaveLength(1);
  });

  test('the same names in the namespaces of others mean nothing', () => {
    const foreign =
      '<o:Cadence xmlns:o="urn:other">9</o:Cadence><Extensions><TPX xmlns="urn:other"><Watts>9</Watts></TPX></Extensions>';
    const track = read(tcxOf(lap([point(0, foreign)])));
    expect(track).toMatchObject({ cadence: null, power: null, warnings: [] });
  });

  test('a prefix that nothing declares is read by its name, with a warning', () => {
    const track = read(
      tcxOf(lap([point(0, '<Extensions><ns3:TPX><ns3:Watts>150</ns3:Watts></ns3:TPX></Extensions>')])),
    );
    expect(list(track.power)).toEqual([150]);
    expect(warningsOf(track)).toEqual({ 'tcx/unbound-prefix': 2 });
  });
});

test('a document with all of it', () => {
  const track = read(wholeTcx());
  expect(track).toMatchObject({ kind: 'track', name: 'Ötztal & 山', sport: 'multisport', device: 'App' });
  expect(list(track.lat)).toEqual([47.1, null, null, -0.5]);
  expect(list(track.cadence)).toEqual([80, 80, null, 85]);
  expect(list(track.power)).toEqual([200, null, null, null]);
  expect(list(track.recordedSpeedMps)).toEqual([5.25, null, null, null]);
  expect(track.report?.pauses).toEqual([{ startedAt: isoAt(0), endedAt: isoAt(9), trigger: null }]);
  expect(warningsOf(track)).toEqual({
    'tcx/bad-sensor-value': 1,
    'tcx/no-position': 2,
    'tcx/bad-position': 1,
    'tcx/courses-ignored': 1,
  });
});
