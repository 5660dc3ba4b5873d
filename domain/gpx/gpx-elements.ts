import { LIMITS } from '../limits/limits.ts';
import { addPoint, startSegment, type TrackBuilder } from '../track/track-builder.ts';
import { parseDecimal } from '../xml/decimal.ts';
import { leave } from '../xml/namespaces.ts';
import { setPointNumber, setPointTimeText } from '../xml-points/point-values.ts';
import { GPX_ELEMENTS, type GpxElement } from './element-table.ts';
import type { GpxDocument } from './gpx-document.ts';

/** The element, or `other` where it does not stand in its place. Counts misplaced points. */
export function placed(document: GpxDocument, element: GpxElement): GpxElement {
  const { path, points, faults } = document;
  const { kind, parents } = element;
  if (parents === null) return points !== null ? element : GPX_ELEMENTS.other;
  const parent = path[path.length - 1]?.kind ?? 'document';
  for (let p = 0; p < parents.length; p++) if (parents[p] === parent) return element;
  if (kind === 'trkpt' || kind === 'rtept') faults.misplacedPoints++;
  return GPX_ELEMENTS.other;
}

/** A placed element begins that is no point. */
export function openElement(document: GpxDocument, element: GpxElement): void {
  const { kind } = element;
  if (kind === 'trkseg') openSegment(document, document.tracks);
  else if (kind === 'rte') openSegment(document, document.routes);
  else if (kind === 'wpt') document.waypoints++;
  document.path.push(element);
}

/** A placed point begins; its coordinates are in range, and `hasRoom` held. */
export function openPoint(document: GpxDocument, element: GpxElement, lat: number, lon: number): void {
  const points = element.kind === 'trkpt' ? document.tracks : document.routes;
  addPoint(points, lat, lon);
  document.points = points;
  document.path.push(element);
}

export function isPoint({ kind }: GpxElement): boolean {
  return kind === 'trkpt' || kind === 'rtept';
}

/** Whether one more point is within the limit. */
export function hasRoom({ tracks, routes }: GpxDocument): boolean {
  return tracks.count + routes.count < LIMITS.points.value;
}

/** The innermost element ends. */
export function closeElement(document: GpxDocument): GpxElement {
  const { path } = document;
  const element = path.pop() ?? GPX_ELEMENTS.other;
  leave(document.namespaces, path.length + 1);
  if (isPoint(element)) document.points = null;
  return element;
}

/** The text of an element that has just been closed. */
export function takeText(document: GpxDocument, element: GpxElement, text: string): void {
  if (element.kind === 'name') takeName(document, text.trim());
  else if (element.kind === 'type') document.sport ??= text.trim() || null;
  else if (element.kind === 'time') setPointTimeText(document, text.trim());
  // `<ele/>` is how several apps write "unknown": missing, but no fault.
  else if (element.range !== null && text.trim() !== '') setPointNumber(document, element.range, parseDecimal(text));
}

function openSegment(document: GpxDocument, points: TrackBuilder): void {
  startSegment(points);
  document.lastTimeMs = Number.NaN;
}

function takeName(document: GpxDocument, name: string): void {
  if (name === '') return;
  const parent = document.path.at(-1)?.kind;
  if (parent === 'trk') document.trackName ??= name;
  else if (parent === 'rte') document.routeName ??= name;
  else document.fileName ??= name;
}
