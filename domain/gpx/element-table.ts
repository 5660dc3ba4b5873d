import { type NumberRange, RANGES } from '../xml-points/point-values.ts';
import type { ElementKind, SensorKind } from './vocabulary.ts';

/** What GPX says of an element, whatever stands in it. */
export interface GpxElement {
  readonly kind: ElementKind;
  /** Directly in which it may stand; null: anywhere inside a point. */
  readonly parents: readonly (ElementKind | 'document')[] | null;
  /** The text directly inside means something. */
  readonly hasText: boolean;
  /** For a number. */
  readonly range: NumberRange | null;
}

export const GPX_ELEMENTS: Readonly<Record<ElementKind, GpxElement>> = {
  gpx: container('gpx', ['document']),
  metadata: container('metadata', ['gpx']),
  trk: container('trk', ['gpx']),
  trkseg: container('trkseg', ['trk']),
  trkpt: container('trkpt', ['trkseg']),
  rte: container('rte', ['gpx']),
  rtept: container('rtept', ['rte']),
  wpt: container('wpt', ['gpx']),
  ele: { ...text('ele', ['trkpt', 'rtept']), range: RANGES.ele },
  time: text('time', ['trkpt', 'rtept']),
  name: text('name', ['trk', 'rte', 'metadata', 'gpx']),
  type: text('type', ['trk']),
  heartRate: sensor('heartRate'),
  cadence: sensor('cadence'),
  power: sensor('power'),
  temperature: sensor('temperature'),
  other: container('other', []),
};

function container(kind: ElementKind, parents: readonly (ElementKind | 'document')[]): GpxElement {
  return { kind, parents, hasText: false, range: null };
}

function text(kind: ElementKind, parents: readonly ElementKind[]): GpxElement {
  return { kind, parents, hasText: true, range: null };
}

function sensor(kind: SensorKind): GpxElement {
  return { kind, parents: null, hasText: true, range: RANGES[kind] };
}
