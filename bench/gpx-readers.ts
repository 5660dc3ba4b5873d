/** One reader of `bench/gpx.ts` in a process of its own: milliseconds of CPU and a count for each time, then its peak memory. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SaxesParser } from 'saxes';
import { deriveRecording } from '../domain/derive-recording.ts';
import { deriveTrack } from '../domain/derive-track.ts';
import { readGpx, readStrictly } from '../domain/gpx/read-gpx.ts';
import type { Track } from '../domain/track/track.ts';
import { detectEncoding } from '../domain/xml/encoding.ts';

const peer = createRequire(new URL('./peers/package.json', import.meta.url));
const receivedAtMs = Date.UTC(2026, 10, 21);

/** Each returns how many points, or elements, it saw: a reader that saw nothing has not read. */
const READERS: Readonly<Record<string, () => (bytes: Uint8Array) => number>> = {
  cairn: () => (bytes) => readGpx(bytes, { receivedAtMs }).lat.length,
  'cairn, derived': () => (bytes) => deriveRecording(bytes, { format: 'gpx', receivedAtMs }).statistics.points,
  '(deriving alone)': derivedAgain,
  'cairn, strict': () => (bytes) => readStrictly(bytes, detectEncoding(bytes, 'gpx'), { receivedAtMs }).tracks.count,
  'saxes, events': () => saxesEvents,
  'sax, events': () => saxEvents(peer('sax')),
  'fast-xml-parser': () => fastXmlParser(peer('fast-xml-parser')),
};

/** What is read but once: how long it takes to derive all figures and the series of columns. */
function derivedAgain(): (bytes: Uint8Array) => number {
  let track: Track | null = null;
  return (bytes) => {
    track ??= readGpx(bytes, { receivedAtMs });
    return deriveTrack(track, { name: null, sport: null, zone: { radiusM: 0, key: 0 } }).statistics.points;
  };
}

const PIECE_BYTES = 65_536;

function saxesEvents(bytes: Uint8Array): number {
  const parser = new SaxesParser({ xmlns: false, position: false });
  return inPieces(bytes, parser, (opened) => parser.on('opentag', opened));
}

interface Sax {
  parser(strict: boolean, options: object): { onopentag: () => void; write(text: string): unknown; close(): unknown };
}

function saxEvents(sax: Sax): (bytes: Uint8Array) => number {
  return (bytes) => {
    const parser = sax.parser(true, { position: false });
    return inPieces(bytes, parser, (opened) => {
      parser.onopentag = opened;
    });
  };
}

function inPieces(
  bytes: Uint8Array,
  parser: { write(text: string): unknown; close(): unknown },
  listen: (opened: () => void) => void,
): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let elements = 0;
  listen(() => {
    elements++;
  });
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
  }
  parser.close();
  return elements;
}

interface FastXmlParser {
  XMLParser: new (options: object) => { parse(text: string): { gpx: { trk: { trkseg: { trkpt: unknown[] } } } } };
}

function fastXmlParser({ XMLParser }: FastXmlParser): (bytes: Uint8Array) => number {
  const parser = new XMLParser({ ignoreAttributes: false });
  return (bytes) => parser.parse(new TextDecoder().decode(bytes)).gpx.trk.trkseg.trkpt.length;
}

const [name = '', file = '', repeats = '1'] = process.argv.slice(2);
const read = READERS[name]?.();
if (!read) throw new Error(`No reader "${name}".`);
const bytes = new Uint8Array(readFileSync(file));
for (let repeat = 0; repeat < Number(repeats); repeat++) {
  const from = process.cpuUsage();
  const count = read(bytes);
  const { user, system } = process.cpuUsage(from);
  console.log((user + system) / 1000, count);
}
console.log('peak', process.resourceUsage().maxRSS / 1024);
