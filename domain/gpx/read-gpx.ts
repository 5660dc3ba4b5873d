import { Rejection } from '../../contracts/rejections.ts';
import type { Warning } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import type { Track } from '../track/track.ts';
import { finishTrack } from '../track/track-builder.ts';
import { detectEncoding, type EncodingFound } from '../xml/encoding.ts';
import { readXml } from '../xml/read-xml.ts';
import { cutText } from '../xml/texts.ts';
import { documentWarnings } from '../xml-points/document-warnings.ts';
import { faultWarnings } from '../xml-points/point-faults.ts';
import { createGpxDocument, type GpxDocument } from './gpx-document.ts';
import { gpxSink } from './gpx-sink.ts';
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
  const found = detectEncoding(bytes, 'gpx');
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
  readXml(bytes, found, 'gpx', gpxSink(document));
  return document;
}

function trackOf(document: GpxDocument, found: EncodingFound, endOffset: number): Track {
  const { tracks, routes } = document;
  if (tracks.count === 0 && routes.count === 0) throw noPoints(document, endOffset);
  const isTrack = tracks.count > 0;
  const name = (isTrack ? document.trackName : document.routeName) ?? document.fileName;
  return finishTrack(isTrack ? tracks : routes, {
    kind: isTrack ? 'track' : 'route',
    format: 'gpx',
    name: cutText(name, LIMITS.nameCharacters.value),
    sport: cutText(document.sport, LIMITS.sportCharacters.value),
    device: cutText(document.creator?.trim() || null, LIMITS.deviceCharacters.value),
    warnings: [
      ...routesIgnored(document),
      ...documentWarnings('gpx', document.namespaces, found, name),
      ...faultWarnings('gpx', document.faults),
    ],
  });
}

function noPoints(document: GpxDocument, offset: number): Rejection {
  const { waypoints } = document;
  const instead = waypoints > 0 ? `only ${waypoints} waypoint${waypoints > 1 ? 's' : ''}` : 'nothing of the kind';
  return new Rejection('gpx/no-points', { offset, detail: `No track or route points: the file holds ${instead}.` });
}

function routesIgnored({ tracks, routes }: GpxDocument): Warning[] {
  if (tracks.count === 0 || routes.count === 0) return [];
  const detail = 'The file holds routes besides its tracks; they were left out.';
  return [{ code: 'gpx/routes-ignored', detail, count: routes.segmentStarts.length }];
}
