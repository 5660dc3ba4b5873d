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
import { createTcxDocument, type Recording, type TcxDocument } from './document.ts';
import { reportOf } from './laps.ts';
import { scanTcx } from './scan-tcx.ts';
import { tcxSink } from './tcx-sink.ts';

export interface ReadTcxOptions {
  /** When the file came: times more than a day later are not believed. */
  readonly receivedAtMs: number;
}

/**
 * Reads a Training Center XML document of version 2. Its activities make a track; where none has a point, its courses
 * make a route. Throws `Rejection` with a `tcx/…` code and the byte offset of the fault.
 */
export function readTcx(bytes: Uint8Array, options: ReadTcxOptions): Track {
  const found = detectEncoding(bytes, 'tcx');
  const scanned = found.encoding === 'utf-8' ? scanTcx(bytes, found.bodyAt, options.receivedAtMs) : null;
  return trackOf(scanned ?? readStrictly(bytes, found, options), found, bytes.length);
}

/** The reference for the scanner: slower, and knows all of XML, every encoding and every refusal. */
export function readStrictly(bytes: Uint8Array, found: EncodingFound, { receivedAtMs }: ReadTcxOptions): TcxDocument {
  const document = createTcxDocument(receivedAtMs);
  readXml(bytes, found, 'tcx', tcxSink(document));
  return document;
}

function trackOf(document: TcxDocument, found: EncodingFound, endOffset: number): Track {
  const { activities, courses } = document;
  const isTrack = activities.points.count > 0;
  const recording = isTrack ? activities : courses;
  if (recording.points.count === 0) throw noPoints(document, endOffset);
  const name = recording.name ?? firstLine(recording.notes);
  return finishTrack(recording.points, {
    kind: isTrack ? 'track' : 'route',
    format: 'tcx',
    name: cutText(name, LIMITS.nameCharacters.value),
    sport: isTrack ? sportOf(document) : null,
    device: cutText(document.device ?? document.software, LIMITS.deviceCharacters.value),
    report: reportOf(document, recording),
    warnings: [
      ...documentWarnings('tcx', document.namespaces, found, name),
      ...faultWarnings('tcx', document.faults),
      ...ownWarnings(document, recording),
    ],
  });
}

/** Of all activities if they agree, transitions left aside; else `multisport`. */
function sportOf({ sessions }: TcxDocument): string | null {
  const sports = new Set(sessions.map(({ sport }) => sport));
  if (sports.size > 1) {
    sports.delete('transition');
    sports.delete(null);
  }
  const [only = null] = sports;
  return sports.size > 1 ? 'multisport' : only;
}

function firstLine(notes: string | null): string | null {
  return notes?.split('\n', 1)[0]?.trim() ?? null;
}

function noPoints({ activities, courses }: TcxDocument, offset: number): Rejection {
  const laps = activities.laps.length + courses.laps.length;
  const instead = laps > 0 ? `only ${laps} lap${laps > 1 ? 's' : ''} without any` : 'nothing of the kind';
  return new Rejection('tcx/no-points', { offset, detail: `No trackpoints: the file holds ${instead}.` });
}

function ownWarnings({ courses, badPositions, badTotals }: TcxDocument, recording: Recording): Warning[] {
  const ignored = recording === courses ? 0 : courses.count;
  const all: [string, string, number][] = [
    ['tcx/no-position', 'Points without a position; they are kept with their time and sensors.', unplaced(recording)],
    ['tcx/bad-position', 'Positions that are half, no numbers, beyond a pole, or 0/0 were left out.', badPositions],
    ['tcx/bad-lap-value', 'Figures of laps that are no number or impossible were left out.', badTotals],
    ['tcx/courses-ignored', 'The file holds courses besides its activities; they were left out.', ignored],
  ];
  return all.filter(([, , count]) => count > 0).map(([code, detail, count]) => ({ code, detail, count }));
}

function unplaced({ points: { lat, count } }: Recording): number {
  let missing = 0;
  for (let i = 0; i < count; i++) if (Number.isNaN(lat[i])) missing++;
  return missing;
}
