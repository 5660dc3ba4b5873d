import { Rejection } from '../../../contracts/rejections.ts';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import type { Track } from '../../../domain/track/track.ts';

export const RECEIVED_AT_MS = Date.UTC(2026, 10, 21);
export const GPX_1_1 = 'http://www.topografix.com/GPX/1/1';

export interface Refusal {
  readonly code: string;
  readonly offset: number | undefined;
  readonly limit: string | undefined;
  readonly detail: string | undefined;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function utf16(text: string, order: 'le' | 'be', hasMark = true): Uint8Array {
  const marked = hasMark ? `\uFEFF${text}` : text;
  const bytes = new Uint8Array(marked.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < marked.length; i++) view.setUint16(i * 2, marked.charCodeAt(i), order === 'le');
  return bytes;
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function read(document: string | Uint8Array): Track {
  return readGpx(typeof document === 'string' ? utf8(document) : document, { receivedAtMs: RECEIVED_AT_MS });
}

/** The refusal that reading gives; throws when it is accepted or fails otherwise. */
export function refusalOf(document: string | Uint8Array): Refusal {
  try {
    read(document);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const { offset, limit, detail } = error.facts;
    return { code: error.code, offset, limit, detail };
  }
  throw new Error('the document was accepted');
}

export function codeAndOffset(document: string | Uint8Array): [string, number | undefined] {
  const { code, offset } = refusalOf(document);
  return [code, offset];
}

/** The byte at which `marker` begins in the UTF-8 of `text`. */
export function byteAt(text: string, marker: string): number {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`"${marker}" is not in the text`);
  return utf8(text.slice(0, at)).length;
}

/** A document with the given content inside its only segment. */
export function gpx(points: string, head = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="test" xmlns="${GPX_1_1}">${head}<trk><trkseg>${points}</trkseg></trk></gpx>`;
}

export function trkpt(lat: number | string, lon: number | string, inside = ''): string {
  return `<trkpt lat="${lat}" lon="${lon}">${inside}</trkpt>`;
}

export function warningsOf(track: Track): Record<string, number | undefined> {
  return Object.fromEntries(track.warnings.map((warning) => [warning.code, warning.count]));
}
