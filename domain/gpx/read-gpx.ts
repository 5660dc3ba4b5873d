import { Rejection } from '../../contracts/rejections.ts';
import type { Warning } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import type { Track } from '../track/track.ts';
import { finishTrack } from '../track/track-builder.ts';
import { detectEncoding, type EncodingFound } from './encoding.ts';
import { createGpxDocument, type GpxDocument } from './gpx-document.ts';
import { gpxSink } from './gpx-sink.ts';
import { faultWarnings } from './point-faults.ts';
import { readXml } from './read-xml.ts';
import { scanGpx } from './scan-gpx.ts';

export interface ReadGpxOptions {
  /** When the file came: times more than a day later are not believed. */
  readonly receivedAtMs: number;
}

/**
 * Reads a GPX 1.0 or 1.1 document. Track points make a track; where there are none, route points make a route, each
 * `<rte>` a segment. Throws `Rejection` with a `gpx/…` code and the byte offset of the fault.
 */
export function readGpx(bytes: Uint8Array, options: ReadGpxOptions): Track {
  const found = detectEncoding(bytes);
  return trackOf(documentOf(bytes, found, options), found, bytes.length);
}

/** By the scanner, which only says yes; everything else, refusals first, comes from the strict reader. */
function documentOf(bytes: Uint8Array, found: EncodingFound, options: ReadGpxOptions): GpxDocument {
  const scanned = found.encoding === 'utf-8' ? scanGpx(bytes, found.bodyAt, options.receivedAtMs) : null;
  return scanned ?? readStrictly(bytes, found, options);
}

/** The reference for the scanner: slower, and knows all of XML, every encoding and every refusal. */
export function readStrictly(bytes: Uint8Array, found: EncodingFound, { receivedAtMs }: ReadGpxOptions): GpxDocument {
  const document = createGpxDocument(receivedAtMs);
  readXml(bytes, found, gpxSink(document));
  return document;
}

function trackOf(document: GpxDocument, { contradicted }: EncodingFound, endOffset: number): Track {
  const { tracks, routes } = document;
  if (tracks.count === 0 && routes.count === 0) throw noPoints(document, endOffset);
  const isTrack = tracks.count > 0;
  const name = (isTrack ? document.trackName : document.routeName) ?? document.fileName;
  return finishTrack(isTrack ? tracks : routes, {
    kind: isTrack ? 'track' : 'route',
    format: 'gpx',
    name: cut(name, LIMITS.nameCharacters.value),
    sport: cut(document.sport, LIMITS.sportCharacters.value),
    device: cut(document.creator?.trim() || null, LIMITS.deviceCharacters.value),
    warnings: [...documentWarnings(document, contradicted, name), ...faultWarnings(document.faults)],
  });
}

function noPoints(document: GpxDocument, offset: number): Rejection {
  const { waypoints } = document;
  const instead = waypoints > 0 ? `only ${waypoints} waypoint${waypoints > 1 ? 's' : ''}` : 'nothing of the kind';
  return new Rejection('gpx/no-points', { offset, detail: `No track or route points: the file holds ${instead}.` });
}

function documentWarnings(document: GpxDocument, contradicted: string | null, name: string | null): Warning[] {
  const warnings: Warning[] = [];
  const { tracks, routes, namespaces } = document;
  if (tracks.count > 0 && routes.count > 0) {
    const detail = 'The file holds routes besides its tracks; they were left out.';
    warnings.push({ code: 'gpx/routes-ignored', detail, count: routes.segmentStarts.length });
  }
  if (namespaces.firstUnbound !== null) {
    const detail = `The prefix "${namespaces.firstUnbound.slice(0, 40)}" is not declared; such elements are read by their name.`;
    warnings.push({ code: 'gpx/unbound-prefix', detail, count: namespaces.unboundNames });
  }
  if (contradicted !== null) {
    const detail = `The file declares "${contradicted}", but its byte order mark says otherwise and was believed.`;
    warnings.push({ code: 'gpx/encoding-contradiction', detail });
  }
  if (name !== null && name.length > LIMITS.nameCharacters.value) {
    const detail = `The name was cut to ${LIMITS.nameCharacters.value} characters.`;
    warnings.push({ code: 'gpx/name-cut', detail });
  }
  return warnings;
}

/** Never cuts between the halves of a surrogate pair. */
function cut(text: string | null, characters: number): string | null {
  if (text === null || text.length <= characters) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(characters - 1)) ? characters - 1 : characters;
  return text.slice(0, end);
}
