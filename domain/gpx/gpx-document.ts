import { createTrackBuilder, type TrackBuilder } from '../track/track-builder.ts';
import type { GpxElement } from './element-table.ts';
import { createNamespaces, type Namespaces } from './namespaces.ts';
import { createFaultCounts, type FaultCounts } from './point-faults.ts';

/** What has been read of a GPX document so far. */
export interface GpxDocument {
  readonly receivedAtMs: number;
  readonly tracks: TrackBuilder;
  readonly routes: TrackBuilder;
  readonly namespaces: Namespaces;
  readonly faults: FaultCounts;
  /** The open elements; one that stands where GPX does not allow it counts as `other`. */
  readonly path: GpxElement[];
  /** Where the values inside the point that is being read go; null outside of points. */
  points: TrackBuilder | null;
  lastTimeMs: number;
  waypoints: number;
  creator: string | null;
  trackName: string | null;
  routeName: string | null;
  fileName: string | null;
  sport: string | null;
}

export function createGpxDocument(receivedAtMs: number): GpxDocument {
  return {
    receivedAtMs,
    tracks: createTrackBuilder(),
    routes: createTrackBuilder(),
    namespaces: createNamespaces(),
    faults: createFaultCounts(),
    path: [],
    points: null,
    lastTimeMs: Number.NaN,
    waypoints: 0,
    creator: null,
    trackName: null,
    routeName: null,
    fileName: null,
    sport: null,
  };
}
