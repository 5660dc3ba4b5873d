import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../limits/limits.ts';
import { addPoint, startSegment, type TrackBuilder } from '../track/track-builder.ts';
import { parseDecimal } from './decimal.ts';
import type { GpxDocument } from './gpx-document.ts';
import { adoptRoot, declare, kindIn, leave } from './namespaces.ts';
import { setPointValue } from './point-values.ts';
import type { ElementKind } from './vocabulary.ts';
import { overLimit } from './xml-limits.ts';
import type { XmlSink } from './xml-state.ts';

/** The state machine of GPX: which element means what where it stands. */
export function gpxSink(document: GpxDocument): XmlSink {
  return {
    attribute: (name, value) => takeAttribute(document, name, value),
    open: (name, tagOffset) => openElement(document, name, tagOffset),
    close: (text) => closeElement(document, text),
  };
}

function takeAttribute(document: GpxDocument, name: string, value: string): void {
  if (name === 'lat') document.lat = value;
  else if (name === 'lon') document.lon = value;
  else if (name === 'creator' && document.kinds.length === 0) document.creator = value;
  else declare(document.namespaces, document.kinds.length + 1, name, value);
}

function openElement(document: GpxDocument, name: string, tagOffset: () => number): boolean {
  const { kinds } = document;
  if (kinds.length === 0) openRoot(document, name, tagOffset);
  const kind = placed(document, kindIn(document.namespaces, name));
  if (kind === 'trkpt') openPoint(document, document.tracks, tagOffset);
  else if (kind === 'rtept') openPoint(document, document.routes, tagOffset);
  else if (kind === 'trkseg') openSegment(document, document.tracks);
  else if (kind === 'rte') openSegment(document, document.routes);
  else if (kind === 'wpt') document.waypoints++;
  kinds.push(kind);
  document.lat = null;
  document.lon = null;
  return TEXTS.has(kind);
}

function closeElement(document: GpxDocument, text: string): void {
  const { kinds } = document;
  const kind = kinds.pop() ?? 'other';
  leave(document.namespaces, kinds.length + 1);
  if (kind === 'trkpt' || kind === 'rtept') document.points = null;
  else if (kind === 'name') takeName(document, text.trim());
  else if (kind === 'type') document.sport ??= text.trim() || null;
  else if (TEXTS.has(kind)) setPointValue(document, kind, text);
}

const TEXTS: ReadonlySet<ElementKind> = new Set([
  'ele',
  'time',
  'name',
  'type',
  'heartRate',
  'cadence',
  'power',
  'temperature',
]);

/** The kind, or `other` where the element does not stand in its place. */
function placed(document: GpxDocument, kind: ElementKind): ElementKind {
  if (kind === 'other') return kind;
  const { kinds, points } = document;
  const parent = kinds.at(-1);
  switch (kind) {
    case 'gpx':
      return kinds.length === 0 ? kind : 'other';
    case 'metadata':
    case 'trk':
    case 'rte':
    case 'wpt':
      return parent === 'gpx' ? kind : 'other';
    case 'trkseg':
      return parent === 'trk' ? kind : 'other';
    case 'trkpt':
    case 'rtept':
      if (parent === (kind === 'trkpt' ? 'trkseg' : 'rte')) return kind;
      document.faults.misplacedPoints++;
      return 'other';
    case 'ele':
    case 'time':
      return parent === 'trkpt' || parent === 'rtept' ? kind : 'other';
    case 'name':
      return parent === 'trk' || parent === 'rte' || parent === 'metadata' || parent === 'gpx' ? kind : 'other';
    case 'type':
      return parent === 'trk' ? kind : 'other';
    default:
      return points !== null ? kind : 'other';
  }
}

function openRoot(document: GpxDocument, name: string, tagOffset: () => number): void {
  if (adoptRoot(document.namespaces, name) === null) {
    throw new Rejection('gpx/not-gpx', {
      offset: tagOffset(),
      detail: `The root element <${name}> is not that of GPX.`,
    });
  }
}

function openSegment(document: GpxDocument, points: TrackBuilder): void {
  startSegment(points);
  document.lastTimeMs = Number.NaN;
}

function openPoint(document: GpxDocument, points: TrackBuilder, tagOffset: () => number): void {
  const lat = coordinate(document.lat, 'lat', 90, tagOffset);
  const lon = coordinate(document.lon, 'lon', 180, tagOffset);
  if (document.tracks.count + document.routes.count >= LIMITS.points.value) {
    throw overLimit('gpx/too-many-points', 'points', tagOffset());
  }
  addPoint(points, lat, lon);
  document.points = points;
}

function coordinate(text: string | null, name: string, most: number, tagOffset: () => number): number {
  const degrees = text === null ? Number.NaN : parseDecimal(text);
  if (Math.abs(degrees) <= most) return degrees;
  const shown = text === null ? 'is missing' : `"${text.slice(0, 40)}" is not a number from -${most} to ${most}`;
  throw new Rejection('gpx/bad-coordinate', { offset: tagOffset(), detail: `${name} ${shown}.` });
}

function takeName(document: GpxDocument, name: string): void {
  if (name === '') return;
  const parent = document.kinds.at(-1);
  if (parent === 'trk') document.trackName ??= name;
  else if (parent === 'rte') document.routeName ??= name;
  else document.fileName ??= name;
}
