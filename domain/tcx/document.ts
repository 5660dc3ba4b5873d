import { createTrackBuilder, type TrackBuilder } from '../track/track-builder.ts';
import { createNamespaces, type Namespaces } from '../xml/namespaces.ts';
import { createFaultCounts } from '../xml-points/point-faults.ts';
import type { PointReading } from '../xml-points/point-values.ts';
import type { TcxElement } from './grammar.ts';
import type { LapRow } from './lap-row.ts';
import { TCX_VOCABULARY } from './vocabulary.ts';

/** What has been read of a TCX document so far. */
export interface TcxDocument extends PointReading {
  readonly namespaces: Namespaces<string>;
  /** The open elements. */
  readonly path: TcxElement[];
  readonly activities: Recording;
  readonly courses: Recording;
  /** The one that is being read. */
  into: Recording;
  readonly sessions: SessionRow[];
  /** Of the start tag that is being read. */
  sport: string | null;
  startTime: string | null;
  /** Of the `Position` that is being read; NaN before each half, infinite for one that is no number. */
  lat: number;
  lon: number;
  badPositions: number;
  badTotals: number;
  device: string | null;
  software: string | null;
}

/** Points and laps of all activities, or of all courses. */
export interface Recording {
  readonly points: TrackBuilder;
  readonly laps: LapRow[];
  /** Number of courses or activities. */
  count: number;
  name: string | null;
  notes: string | null;
  /** The next point begins a segment: why. */
  break: 'new' | 'pause' | null;
  /** How many points stood before the lap, or the course. */
  lapFrom: number;
  /** First points after a pause. */
  readonly resumedAt: number[];
}

/** An activity, or a transition between two. */
export interface SessionRow {
  readonly sport: string | null;
  startedAtMs: number;
  /** Null before its first point. */
  firstSegment: number | null;
}

export function createTcxDocument(receivedAtMs: number): TcxDocument {
  const activities = createRecording();
  return {
    receivedAtMs,
    faults: createFaultCounts(),
    points: null,
    lastTimeMs: Number.NaN,
    namespaces: createNamespaces(TCX_VOCABULARY),
    path: [],
    activities,
    courses: createRecording(),
    into: activities,
    sessions: [],
    sport: null,
    startTime: null,
    lat: Number.NaN,
    lon: Number.NaN,
    badPositions: 0,
    badTotals: 0,
    device: null,
    software: null,
  };
}

function createRecording(): Recording {
  return {
    points: createTrackBuilder(),
    laps: [],
    count: 0,
    name: null,
    notes: null,
    break: null,
    lapFrom: 0,
    resumedAt: [],
  };
}
