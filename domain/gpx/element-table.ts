import type { SensorColumn } from '../track/track-builder.ts';
import type { ElementKind } from './vocabulary.ts';

/** What GPX says of an element, whatever stands in it. */
export interface GpxElement {
  readonly kind: ElementKind;
  /** Directly in which it may stand; null: anywhere inside a point. */
  readonly parents: readonly (ElementKind | 'document')[] | null;
  /** The text directly inside means something. */
  readonly hasText: boolean;
  /** For a number: its column, and what can be true. */
  readonly range: { readonly column: NumberColumn; readonly least: number; readonly most: number } | null;
}

export type NumberColumn = 'ele' | SensorColumn;

/** From the deepest trench to the edge of space; hearts, legs and weather of this planet. */
export const GPX_ELEMENTS: Readonly<Record<ElementKind, GpxElement>> = {
  gpx: container('gpx', ['document']),
  metadata: container('metadata', ['gpx']),
  trk: container('trk', ['gpx']),
  trkseg: container('trkseg', ['trk']),
  trkpt: container('trkpt', ['trkseg']),
  rte: container('rte', ['gpx']),
  rtept: container('rtept', ['rte']),
  wpt: container('wpt', ['gpx']),
  ele: { ...text('ele', ['trkpt', 'rtept']), range: { column: 'ele', least: -12_000, most: 100_000 } },
  time: text('time', ['trkpt', 'rtept']),
  name: text('name', ['trk', 'rte', 'metadata', 'gpx']),
  type: text('type', ['trk']),
  // A heart rate of 0 is a strap without contact.
  heartRate: sensor('heartRate', 1, 300),
  cadence: sensor('cadence', 0, 500),
  power: sensor('power', 0, 10_000),
  temperature: sensor('temperature', -100, 100),
  other: container('other', []),
};

function container(kind: ElementKind, parents: readonly (ElementKind | 'document')[]): GpxElement {
  return { kind, parents, hasText: false, range: null };
}

function text(kind: ElementKind, parents: readonly ElementKind[]): GpxElement {
  return { kind, parents, hasText: true, range: null };
}

function sensor(kind: SensorColumn, least: number, most: number): GpxElement {
  return { kind, parents: null, hasText: true, range: { column: kind, least, most } };
}
