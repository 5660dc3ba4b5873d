import { addPoint } from '../track/track-builder.ts';
import { type FormOf, formOf, type Meant } from '../xml/form-of.ts';
import { createFormReading, DECIMAL, type FormReading, readForm, TIME } from '../xml/forms.ts';
import { skipSpace } from '../xml/skip.ts';
import { setPointNumber, setPointTime } from '../xml-points/point-values.ts';
import type { GpxElement } from './element-table.ts';
import type { GpxDocument } from './gpx-document.ts';
import { hasRoom } from './gpx-elements.ts';

/** How points of this document are written: those that come in a form that is known are read without the scanner. */
export interface PointForms {
  readonly document: GpxDocument;
  readonly reading: FormReading;
  /** The latest first. */
  known: PointForm[];
  /** Of the point that is being read by the scanner. */
  draft: Draft | null;
  /** How many more may be kept: a document that never repeats itself should not pay for ever. */
  left: number;
}

/** What a value of a point is; a coordinate is one of the point itself. */
type PointValue = 'lat' | 'lon' | GpxElement;

interface PointForm extends Place {
  readonly form: FormOf<PointValue>;
  readonly lat: number;
  readonly lon: number;
}

/** What a point means depends on this besides its bytes. */
interface Place {
  readonly element: GpxElement;
  readonly parent: GpxElement | undefined;
  readonly scope: GpxDocument['namespaces']['scope'];
}

interface Draft extends Place {
  readonly from: number;
  readonly meant: Meant<PointValue>[];
}

/** Optional sensors make several. */
const MOST_FORMS = 4;
const MOST_KEPT = 1000;
/** Between two points. */
const MOST_SPACE_BYTES = 1024;

export function createPointForms(document: GpxDocument, bytes: Uint8Array): PointForms {
  return { document, reading: createFormReading(bytes), known: [], draft: null, left: MOST_KEPT };
}

/** Reads points from `from`, where a start tag is, as long as their forms are known; returns the byte after the last. */
export function foreseePoints(forms: PointForms, from: number): number {
  const { document, reading } = forms;
  if (document.points !== null) return from;
  let after = from;
  let at = from;
  while (at - after < MOST_SPACE_BYTES) {
    const end = readPoint(forms, at);
    if (end < 0) break;
    after = end;
    at = skipSpace(reading.bytes, end);
  }
  return after;
}

function readPoint({ document, reading, known }: PointForms, at: number): number {
  const { path, namespaces } = document;
  const parent = path[path.length - 1];
  for (let k = 0; k < known.length; k++) {
    const point = known[k];
    if (point === undefined || point.parent !== parent || point.scope !== namespaces.scope) continue;
    const end = readForm(reading, point.form, at);
    if (end >= 0) return takePoint(document, point, reading.values) ? end : -1;
  }
  return -1;
}

/** What the scanner tells of a point and its elements, at once. False when that is for the scanner to say. */
function takePoint(document: GpxDocument, point: PointForm, values: Float64Array): boolean {
  const { meanings } = point.form;
  const lat = values[point.lat] ?? Number.NaN;
  const lon = values[point.lon] ?? Number.NaN;
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && hasRoom(document))) return false;
  document.points = point.element.kind === 'trkpt' ? document.tracks : document.routes;
  addPoint(document.points, lat, lon);
  for (let v = 0; v < meanings.length; v++) {
    const meaning = meanings[v] ?? null;
    if (meaning === null || typeof meaning === 'string') continue;
    if (meaning.range === null) setPointTime(document, values[v] ?? Number.NaN);
    else setPointNumber(document, meaning.range, values[v] ?? Number.NaN);
  }
  document.points = null;
  return true;
}

/** The scanner has read the start tag of a point, at `from`; its coordinates have their values at `latFrom` and `lonFrom`. */
export function beginForm(
  forms: PointForms,
  element: GpxElement,
  from: number,
  latFrom: number,
  lonFrom: number,
): void {
  if (forms.left === 0) return;
  const { path, namespaces } = forms.document;
  const coordinates: Meant<PointValue>[] = [
    { from: latFrom, kind: DECIMAL, meaning: 'lat' },
    { from: lonFrom, kind: DECIMAL, meaning: 'lon' },
  ];
  const meant = coordinates.sort((a, b) => a.from - b.from);
  forms.draft = { element, parent: path[path.length - 2], scope: namespaces.scope, from, meant };
}

/** An element inside the point has its text at `[from, to)`. */
export function noteValue({ draft, reading }: PointForms, element: GpxElement, from: number, to: number): void {
  if (draft === null || skipSpace(reading.bytes, from) >= to) return;
  draft.meant.push({ from, kind: element.range === null ? TIME : DECIMAL, meaning: element });
}

/** What stands in the point is more than its bytes can tell: a declaration, or a point inside of it. */
export function dropForm(forms: PointForms): void {
  forms.draft = null;
}

/** The point ends before `to`. */
export function keepForm(forms: PointForms, to: number): void {
  const { draft, reading } = forms;
  forms.draft = null;
  const form = draft && formOf(reading.bytes, draft.from, to, draft.meant);
  if (draft === null || form === null) return;
  forms.left--;
  const { element, parent, scope } = draft;
  const lat = form.meanings.indexOf('lat');
  const lon = form.meanings.indexOf('lon');
  forms.known = [{ form, element, parent, scope, lat, lon }, ...forms.known.slice(0, MOST_FORMS - 1)];
}
