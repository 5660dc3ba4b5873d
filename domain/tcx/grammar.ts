import { type NumberRange, RANGES } from '../xml-points/point-values.ts';
import type { LapTotal } from './lap-row.ts';

/** What an element does, where it stands. */
export type TcxElement = Container | Value;

/** Holds elements; `opens` something of the recording. */
interface Container {
  readonly children: Children;
  readonly opens: 'activity' | 'transition' | 'course' | 'lap' | 'track' | 'point' | 'position' | null;
  readonly takes: null;
}

/** Holds a text that means something. */
interface Value {
  readonly children: Children;
  readonly opens: null;
  readonly takes: Taken;
}

export type Taken =
  | { readonly as: 'point'; readonly range: NumberRange }
  | { readonly as: 'lap'; readonly total: LapTotal }
  | { readonly as: 'lat' | 'lon' | 'time' | 'trigger' | 'id' | 'name' | 'notes' | 'device' | 'software' };

type Children = ReadonlyMap<string, TcxElement>;

const NONE: Children = new Map();

/** Anything that means nothing where it stands, with all that it holds. */
export const PASSED_OVER: TcxElement = { children: NONE, opens: null, takes: null };

/** By local name and place, as the schema of version 2 has them. */
export const TCX_ROOT: TcxElement = root();

function root(): TcxElement {
  const creator = holding({ Name: text('device') });
  const point = holding(
    {
      Time: text('time'),
      Position: holding({ LatitudeDegrees: text('lat'), LongitudeDegrees: text('lon') }, 'position'),
      AltitudeMeters: ofPoint(RANGES.ele),
      DistanceMeters: ofPoint(RANGES.recordedDistanceM),
      HeartRateBpm: holding({ Value: ofPoint(RANGES.heartRate) }),
      Cadence: ofPoint(RANGES.cadence),
      Extensions: holding({
        TPX: holding({
          Speed: ofPoint(RANGES.recordedSpeedMps),
          // Of one foot, as FIT has it. It stands behind `Cadence`, which some write as 0 on foot, and replaces it.
          RunCadence: ofPoint(RANGES.cadence),
          Watts: ofPoint(RANGES.power),
        }),
      }),
    },
    'point',
  );
  const track = holding({ Trackpoint: point }, 'track');
  const inLap = {
    TotalTimeSeconds: ofLap('timerS'),
    DistanceMeters: ofLap('distanceM'),
    Calories: ofLap('energyKcal'),
    AverageHeartRateBpm: holding({ Value: ofLap('averageHeartRateBpm') }),
    MaximumHeartRateBpm: holding({ Value: ofLap('maxHeartRateBpm') }),
    Cadence: ofLap('averageCadenceRpm'),
    TriggerMethod: text('trigger'),
    Track: track,
    Extensions: holding({
      LX: holding({
        AvgRunCadence: ofLap('averageCadenceRpm'),
        AvgWatts: ofLap('averagePowerW'),
        MaxWatts: ofLap('maxPowerW'),
      }),
    }),
  };
  const lap = holding(inLap, 'lap');
  const activity = holding({ Id: text('id'), Lap: lap, Notes: text('notes'), Creator: creator }, 'activity');
  const next = holding({ Transition: holding(inLap, 'transition'), Activity: activity });
  const multiSport = holding({ FirstSport: holding({ Activity: activity }), NextSport: next, Notes: text('notes') });
  const course = holding(
    { Name: text('name'), Lap: lap, Track: track, Notes: text('notes'), Creator: creator },
    'course',
  );
  return holding({
    Activities: holding({ Activity: activity, MultiSportSession: multiSport }),
    Courses: holding({ Course: course }),
    Author: holding({ Name: text('software') }),
  });
}

function holding(children: Record<string, TcxElement>, opens: Container['opens'] = null): Container {
  return { children: new Map(Object.entries(children)), opens, takes: null };
}

function text(as: Exclude<Taken['as'], 'point' | 'lap'>): Value {
  return { children: NONE, opens: null, takes: { as } };
}

function ofPoint(range: NumberRange): Value {
  return { children: NONE, opens: null, takes: { as: 'point', range } };
}

function ofLap(total: LapTotal): Value {
  return { children: NONE, opens: null, takes: { as: 'lap', total } };
}
