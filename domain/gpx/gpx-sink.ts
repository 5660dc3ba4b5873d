import { Rejection } from '../../contracts/rejections.ts';
import { parseDecimal } from '../xml/decimal.ts';
import { adoptRoot, declare, kindIn } from '../xml/namespaces.ts';
import { overLimit } from '../xml/xml-limits.ts';
import type { XmlSink } from '../xml/xml-state.ts';
import { GPX_ELEMENTS } from './element-table.ts';
import type { GpxDocument } from './gpx-document.ts';
import { closeElement, hasRoom, isPoint, openElement, openPoint, placed, takeText } from './gpx-elements.ts';

/** GPX for the strict reader: from strings, and every refusal with the byte of its start tag. */
export function gpxSink(document: GpxDocument): XmlSink {
  const attributes: PointAttributes = { lat: null, lon: null };
  return {
    attribute: (name, value) => takeAttribute(document, attributes, name, value),
    open: (name, tagOffset) => open(document, attributes, name, tagOffset),
    close(text) {
      const element = closeElement(document);
      if (element.hasText) takeText(document, element, text);
    },
  };
}

/** Of the start tag that is being read. */
interface PointAttributes {
  lat: string | null;
  lon: string | null;
}

function takeAttribute(document: GpxDocument, attributes: PointAttributes, name: string, value: string): void {
  const { path, namespaces } = document;
  if (name === 'lat') attributes.lat = value;
  else if (name === 'lon') attributes.lon = value;
  else if (name === 'creator' && path.length === 0) document.creator = value;
  else declare(namespaces, path.length + 1, name, value);
}

function open(document: GpxDocument, attributes: PointAttributes, name: string, tagOffset: () => number): boolean {
  if (document.path.length === 0) openRoot(document, name, tagOffset);
  const element = placed(document, GPX_ELEMENTS[kindIn(document.namespaces, name)]);
  if (isPoint(element)) {
    const lat = coordinate(attributes.lat, 'lat', 90, tagOffset);
    const lon = coordinate(attributes.lon, 'lon', 180, tagOffset);
    if (!hasRoom(document)) throw overLimit('gpx', 'too-many-points', 'points', tagOffset());
    openPoint(document, element, lat, lon);
  } else {
    openElement(document, element);
  }
  attributes.lat = null;
  attributes.lon = null;
  return element.hasText;
}

function openRoot(document: GpxDocument, name: string, tagOffset: () => number): void {
  if (!adoptRoot(document.namespaces, name)) {
    throw new Rejection('gpx/not-gpx', {
      offset: tagOffset(),
      detail: `The root element <${name}> is not that of GPX.`,
    });
  }
}

function coordinate(text: string | null, name: string, most: number, tagOffset: () => number): number {
  const degrees = text === null ? Number.NaN : parseDecimal(text);
  if (Math.abs(degrees) <= most) return degrees;
  const shown = text === null ? 'is missing' : `"${text.slice(0, 40)}" is not a number from -${most} to ${most}`;
  throw new Rejection('gpx/bad-coordinate', { offset: tagOffset(), detail: `${name} ${shown}.` });
}
