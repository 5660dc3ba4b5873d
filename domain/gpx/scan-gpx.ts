import { parseDecimal } from '../xml/decimal.ts';
import { adoptRoot, declare, kindIn } from '../xml/namespaces.ts';
import { type DayMemory, plainDecimal, plainTimeMs } from '../xml/plain-values.ts';
import { attributeValueOf, textOf } from '../xml/raw-text.ts';
import {
  GIVE_UP,
  NO_TEXT,
  type Opened,
  PLAIN_LIMITS,
  scanXml,
  TEXT_WANTED,
  type XmlVocabulary,
} from '../xml/scan-xml.ts';
import type { XmlName } from '../xml/xml-names.ts';
import { setPointNumber, setPointTime } from '../xml-points/point-values.ts';
import { GPX_ELEMENTS, type GpxElement } from './element-table.ts';
import { createGpxDocument, type GpxDocument } from './gpx-document.ts';
import { closeElement, hasRoom, isPoint, openElement, openPoint, placed, takeText } from './gpx-elements.ts';
import {
  beginForm,
  createPointForms,
  dropForm,
  foreseePoints,
  keepForm,
  noteValue,
  type PointForms,
} from './point-forms.ts';

/**
 * Reads a GPX document of plain UTF-8 without making strings of it. Null for one that is to be refused, and for one
 * that is not plain: `readXml` with `gpxSink` has the word then. What it does read is the same, to the bit.
 */
export function scanGpx(bytes: Uint8Array, bodyAt: number, receivedAtMs: number): GpxDocument | null {
  const document = createGpxDocument(receivedAtMs);
  return scanXml(bytes, bodyAt, gpxVocabulary(document, bytes), PLAIN_LIMITS) ? document : null;
}

interface Reading {
  readonly bytes: Uint8Array;
  readonly document: GpxDocument;
  /** By the name's id. */
  readonly meanings: Meaning[];
  readonly day: DayMemory;
  readonly forms: PointForms;
  /** Raw values of the start tag that is being read; `from` is -1 where there is none. */
  readonly lat: Range;
  readonly lon: Range;
}

/** What a name means: as an attribute, and as an element in one scope of namespaces. */
interface Meaning {
  readonly attribute: 'lat' | 'lon' | 'creator' | 'xmlns' | 'other';
  scope: GpxDocument['namespaces']['scope'] | null;
  element: GpxElement;
}

interface Range {
  from: number;
  to: number;
}

export function gpxVocabulary(document: GpxDocument, bytes: Uint8Array): XmlVocabulary {
  const reading: Reading = {
    bytes,
    document,
    meanings: [],
    day: { day: Number.NaN, startMs: Number.NaN },
    forms: createPointForms(document, bytes),
    lat: { from: -1, to: -1 },
    lon: { from: -1, to: -1 },
  };
  return {
    attribute: (name, from, to) => takeAttribute(reading, name, from, to),
    open: (name, from) => open(reading, name, from),
    close: (from, to) => close(reading, from, to),
    foresee: (from) => foreseePoints(reading.forms, from),
  };
}

function takeAttribute(reading: Reading, name: XmlName, from: number, to: number): void {
  const { attribute } = meaningOf(reading, name);
  if (attribute === 'lat') place(reading.lat, from, to);
  else if (attribute === 'lon') place(reading.lon, from, to);
  else if (attribute !== 'other')
    takeTextAttribute(reading, attribute, name.text, attributeValueOf(reading.bytes, from, to));
}

function open(reading: Reading, name: XmlName, from: number): Opened {
  const { document, bytes, forms, lat, lon } = reading;
  if (document.path.length === 0 && !adoptRoot(document.namespaces, name.text)) return GIVE_UP;
  const named = elementOf(reading, name);
  const element = placed(document, named);
  if (isPoint(element)) {
    const latitude = coordinate(bytes, lat);
    const longitude = coordinate(bytes, lon);
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && hasRoom(document))) return GIVE_UP;
    openPoint(document, element, latitude, longitude);
    beginForm(forms, element, from, lat.from, lon.from);
  } else {
    if (isPoint(named)) dropForm(forms);
    openElement(document, element);
  }
  lat.from = -1;
  lon.from = -1;
  return element.hasText ? TEXT_WANTED : NO_TEXT;
}

function close({ bytes, document, day, forms }: Reading, from: number, to: number): void {
  const element = closeElement(document);
  if (isPoint(element)) keepForm(forms, to);
  if (!element.hasText) return;
  noteValue(forms, element, from, to);
  const { range, kind } = element;
  const value =
    range !== null ? plainDecimal(bytes, from, to) : kind === 'time' ? plainTimeMs(bytes, from, to, day) : Number.NaN;
  if (Number.isNaN(value)) takeText(document, element, textOf(bytes, from, to));
  else if (range !== null) setPointNumber(document, range, value);
  else setPointTime(document, value);
}

function elementOf(reading: Reading, name: XmlName): GpxElement {
  const { namespaces } = reading.document;
  const meaning = meaningOf(reading, name);
  if (meaning.scope !== namespaces.scope) {
    meaning.scope = namespaces.scope;
    meaning.element = GPX_ELEMENTS[kindIn(namespaces, name.text)];
  }
  return meaning.element;
}

function meaningOf({ meanings }: Reading, { id, text }: XmlName): Meaning {
  const known = meanings[id];
  if (known !== undefined) return known;
  const isPlain = text === 'lat' || text === 'lon' || text === 'creator';
  const attribute = isPlain ? text : text.startsWith('xmlns') ? 'xmlns' : 'other';
  const meaning: Meaning = { attribute, scope: null, element: GPX_ELEMENTS.other };
  meanings[id] = meaning;
  return meaning;
}

function takeTextAttribute(reading: Reading, attribute: 'creator' | 'xmlns', name: string, value: string): void {
  const { document, forms } = reading;
  const { path, namespaces } = document;
  if (attribute === 'xmlns') {
    dropForm(forms);
    declare(namespaces, path.length + 1, name, value);
  }
  if (attribute === 'creator' && path.length === 0) document.creator = value;
}

function coordinate(bytes: Uint8Array, { from, to }: Range): number {
  if (from < 0) return Number.NaN;
  const degrees = plainDecimal(bytes, from, to);
  return Number.isNaN(degrees) ? parseDecimal(attributeValueOf(bytes, from, to)) : degrees;
}

function place(range: Range, from: number, to: number): void {
  range.from = from;
  range.to = to;
}
