import { createTrackBuilder, type TrackBuilder } from '../track/track-builder.ts';
import { createNamespaces, type Namespaces } from '../xml/namespaces.ts';
import { createFaultCounts } from '../xml-points/point-faults.ts';
import type { PointReading } from '../xml-points/point-values.ts';
import type { GpxElement } from './element-table.ts';
import { type ElementKind, GPX_VOCABULARY } from './vocabulary.ts';

/** What has been read of a GPX document so far. */
export interface GpxDocument extends PointReading {
  readonly tracks: TrackBuilder;
  readonly routes: TrackBuilder;
  readonly namespaces: Namespaces<ElementKind>;
  /** The open elements; one that stands where GPX does not allow it counts as `other`. */
  readonly path: GpxElement[];
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
    namespaces: createNamespaces(GPX_VOCABULARY),
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
