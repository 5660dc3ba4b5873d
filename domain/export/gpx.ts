import { filledSegments, type Track } from '../track/track.ts';
import { batched, COORDINATE_DECIMALS, decimalText, timeText } from './text.ts';

/**
 * GPX 1.1, valid against the published schemas of GPX and of Garmin's extensions: elements in their order, values in
 * their ranges. Heart rate, cadence and temperature are TrackPointExtension v1, power is PowerExtension v1: the bare
 * `<power>` that many write is not valid inside `<extensions>`. Segments are kept, empty ones too; the recorder's name
 * stands in `<src>`. Ends in about 64 kB pieces.
 */
export function* gpxChunks(track: Track): Generator<string> {
  yield* batched(pieces(track));
}

function* pieces(track: Track): Generator<string> {
  yield HEAD;
  if (track.kind === 'route') yield* routes(track);
  else yield* trackElement(track);
  yield '</gpx>\n';
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Cairn" xmlns="http://www.topografix.com/GPX/1/1" \
xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1" \
xmlns:gpxpx="http://www.garmin.com/xmlschemas/PowerExtension/v1" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd \
http://www.garmin.com/xmlschemas/TrackPointExtension/v1 http://www.garmin.com/xmlschemas/TrackPointExtensionv1.xsd \
http://www.garmin.com/xmlschemas/PowerExtension/v1 http://www.garmin.com/xmlschemas/PowerExtensionv1.xsd">
`;

function* trackElement(track: Track): Generator<string> {
  const { segmentStarts, lat } = track;
  yield `<trk>\n${aboutElements(track)}`;
  for (let s = 0; s < segmentStarts.length; s++) {
    yield '<trkseg>\n';
    const to = segmentStarts[s + 1] ?? lat.length;
    yield* points(track, segmentStarts[s] ?? 0, to, 'trkpt');
    yield '</trkseg>\n';
  }
  yield '</trk>\n';
}

/** A route has no segments: each becomes a route of its own. */
function* routes(track: Track): Generator<string> {
  for (const { from, to } of filledSegments(track)) {
    yield `<rte>\n${aboutElements(track)}`;
    yield* points(track, from, to, 'rtept');
    yield '</rte>\n';
  }
}

/** GPX has no point without a position: those are left out. */
function* points(track: Track, from: number, to: number, tag: string): Generator<string> {
  for (let i = from; i < to; i++) if (!Number.isNaN(track.lat[i])) yield point(track, i, tag);
}

function aboutElements({ name, sport, device }: Track): string {
  return element('name', name) + element('src', device) + element('type', sport);
}

function element(tag: string, text: string | null): string {
  return text === null ? '' : `<${tag}>${xmlText(text)}</${tag}>\n`;
}

function point(track: Track, i: number, tag: string): string {
  const ele = track.ele?.[i] ?? Number.NaN;
  const timeMs = track.timeMs?.[i] ?? Number.NaN;
  const lat = decimalText(track.lat[i] ?? 0, COORDINATE_DECIMALS);
  const eleText = Number.isNaN(ele) ? '' : `<ele>${decimalText(ele, ELEVATION_DECIMALS)}</ele>`;
  const time = Number.isNaN(timeMs) ? '' : `<time>${timeText(timeMs)}</time>`;
  return `<${tag} lat="${lat}" lon="${longitude(track.lon[i] ?? 0)}">${eleText}${time}${extensions(track, i)}</${tag}>\n`;
}

const ELEVATION_DECIMALS = 3;

/** The schema's longitudes end below 180, which is the same meridian as -180. */
function longitude(lon: number): string {
  const text = decimalText(lon, COORDINATE_DECIMALS);
  return text === '180' ? '-180' : text;
}

function extensions(track: Track, i: number): string {
  const power = whole(track.power?.[i], 'gpxpx:PowerInWatts', 0, 65_535);
  const temperature = track.temperature?.[i] ?? Number.NaN;
  const atemp = Number.isNaN(temperature) ? '' : `<gpxtpx:atemp>${decimalText(temperature, 2)}</gpxtpx:atemp>`;
  const inner =
    atemp + whole(track.heartRate?.[i], 'gpxtpx:hr', 1, 255) + whole(track.cadence?.[i], 'gpxtpx:cad', 0, 254);
  if (inner === '' && power === '') return '';
  const point = inner && `<gpxtpx:TrackPointExtension>${inner}</gpxtpx:TrackPointExtension>`;
  return `<extensions>${power}${point}</extensions>`;
}

/** The schemas have whole numbers of one or two bytes; what they cannot hold is left out. */
function whole(value: number | undefined, tag: string, least: number, most: number): string {
  const rounded = Math.round(value ?? Number.NaN);
  return rounded >= least && rounded <= most ? `<${tag}>${rounded}</${tag}>` : '';
}

/** Text for an element. What XML 1.0 cannot hold at all (control characters, lone surrogates) is left out. */
function xmlText(text: string): string {
  return text.replace(FORBIDDEN, '').replace(/[&<>\r]/g, (character) => ENTITIES[character] ?? '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Cs}]/gu;

/** A carriage return would come back as a line feed. */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
