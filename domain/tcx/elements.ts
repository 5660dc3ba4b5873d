import { LIMITS, type LimitName } from '../limits/limits.ts';
import { addPoint, setPosition, startSegment } from '../track/track-builder.ts';
import { leave } from '../xml/namespaces.ts';
import type { Recording, TcxDocument } from './document.ts';
import { PASSED_OVER, TCX_ROOT, type TcxElement } from './grammar.ts';
import { lapOpened, sessionOpened } from './laps.ts';

/** What an element named `local` is where it stands. Counts misplaced points. */
export function placed(document: TcxDocument, local: string): TcxElement {
  const parent = document.path[document.path.length - 1];
  const element = parent === undefined ? TCX_ROOT : parent.children.get(local);
  if (element !== undefined) return element;
  if (local === 'Trackpoint') document.faults.misplacedPoints++;
  return PASSED_OVER;
}

/** A placed element begins, its attributes are known. Returns the limit that it would pass; it is not open then. */
export function openElement(document: TcxDocument, element: TcxElement): LimitName | null {
  const passed = opened(document, element.opens);
  if (passed !== null) return passed;
  document.sport = null;
  document.startTime = null;
  document.path.push(element);
  return null;
}

/** The innermost element ends. */
export function closeElement(document: TcxDocument): TcxElement {
  const { path } = document;
  const element = path.pop() ?? PASSED_OVER;
  leave(document.namespaces, path.length + 1);
  if (element.opens === 'point') document.points = null;
  else if (element.opens === 'position') takePosition(document);
  return element;
}

function opened(document: TcxDocument, opens: TcxElement['opens']): LimitName | null {
  switch (opens) {
    case 'activity':
      return recordingOpened(document, document.activities) ?? sessionOpened(document, false);
    case 'transition':
      return recordingOpened(document, document.activities) ?? sessionOpened(document, true) ?? lapOpened(document);
    case 'course':
      return recordingOpened(document, document.courses);
    case 'lap':
      return lapOpened(document);
    case 'track':
      return trackOpened(document.into);
    case 'point':
      return pointOpened(document);
    case 'position':
      document.lat = Number.NaN;
      document.lon = Number.NaN;
      return null;
    case null:
      return null;
  }
}

function recordingOpened(document: TcxDocument, into: Recording): null {
  into.count++;
  into.break = 'new';
  into.lapFrom = into.points.count;
  document.into = into;
  return null;
}

/** The timer stopped before each track of a lap but its first; from lap to lap it ran on. */
function trackOpened(into: Recording): LimitName | null {
  if (into.points.count === into.lapFrom || into.break !== null) return null;
  if (into.resumedAt.length >= LIMITS.tcxPauses.value) return 'tcxPauses';
  into.break = 'pause';
  return null;
}

function pointOpened(document: TcxDocument): LimitName | null {
  const { activities, courses, into, sessions } = document;
  if (activities.points.count + courses.points.count >= LIMITS.points.value) return 'points';
  if (into.break !== null) {
    if (into.break === 'pause') into.resumedAt.push(into.points.count);
    startSegment(into.points);
    document.lastTimeMs = Number.NaN;
    into.break = null;
  }
  const session = into === activities ? sessions[sessions.length - 1] : undefined;
  if (session !== undefined) session.firstSegment ??= into.points.segmentStarts.length - 1;
  addPoint(into.points, Number.NaN, Number.NaN);
  document.points = into.points;
  return null;
}

/** Half a position, one beyond a pole, and 0/0 (a receiver without a fix) are none. */
function takePosition(document: TcxDocument): void {
  const { lat, lon, points } = document;
  if (points === null || (Number.isNaN(lat) && Number.isNaN(lon))) return;
  if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && !(lat === 0 && lon === 0)) setPosition(points, lat, lon);
  else document.badPositions++;
}
