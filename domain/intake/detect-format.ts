/** How many first bytes of a file `detectFormat` wants to see; fewer is fine when the file is shorter. */
export const DETECT_BYTES = 512;

export type DetectedFormat =
  | { readonly kind: 'gzip' }
  | { readonly kind: 'fit' }
  | { readonly kind: 'gpx' }
  | { readonly kind: 'tcx' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unsupported'; readonly looksLike: string | null };

/**
 * Tells a file by its first bytes, never by its name. Any XML that is not known to be something else is `gpx`:
 * only the reader can say whether it really is, and it says so with an offset.
 */
export function detectFormat(firstBytes: Uint8Array): DetectedFormat {
  const head = firstBytes.subarray(0, DETECT_BYTES);
  if (head.length === 0) return { kind: 'empty' };
  if (startsWith(head, 0, [0x1f, 0x8b])) return { kind: 'gzip' };
  if (startsWith(head, 8, ascii('.FIT'))) return { kind: 'fit' };
  const magic = MAGICS.find((candidate) => startsWith(head, candidate.at, candidate.bytes));
  if (magic) return { kind: 'unsupported', looksLike: magic.looksLike };
  return detectText(textOf(head));
}

/** Signatures as their makers publish them; the longest that could be taken for another stand first. */
const MAGICS: readonly { at: number; bytes: readonly number[]; looksLike: string }[] = [
  { at: 0, bytes: ascii('PK\x03\x04'), looksLike: 'zip archive' },
  { at: 0, bytes: ascii('PK\x05\x06'), looksLike: 'zip archive' },
  { at: 257, bytes: ascii('ustar'), looksLike: 'tar archive' },
  { at: 0, bytes: ascii('BZh'), looksLike: 'bzip2' },
  { at: 0, bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], looksLike: 'xz' },
  { at: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd], looksLike: 'zstd' },
  { at: 0, bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], looksLike: '7z archive' },
  { at: 0, bytes: ascii('Rar!'), looksLike: 'rar archive' },
  { at: 0, bytes: [0xff, 0xd8, 0xff], looksLike: 'JPEG' },
  { at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], looksLike: 'PNG' },
  { at: 0, bytes: ascii('GIF8'), looksLike: 'GIF' },
  { at: 0, bytes: ascii('%PDF'), looksLike: 'PDF' },
  { at: 0, bytes: ascii('SQLite format 3\0'), looksLike: 'SQLite database' },
  { at: 0, bytes: [0x7f, 0x45, 0x4c, 0x46], looksLike: 'ELF program' },
];

function detectText(text: string): DetectedFormat {
  const body = text.replace(/^\uFEFF+/, '').trimStart();
  if (body.startsWith('<')) return detectMarkup(body);
  if (/^[{[]/.test(body)) return { kind: 'unsupported', looksLike: 'JSON' };
  if (/^\$(GP|GN|GL)/.test(body)) return { kind: 'unsupported', looksLike: 'NMEA log' };
  if (/^A[A-Z0-9]{3,6}[^\n]*\r?\nH/.test(body)) return { kind: 'unsupported', looksLike: 'IGC log' };
  return { kind: 'unsupported', looksLike: null };
}

function detectMarkup(body: string): DetectedFormat {
  const root = /<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([A-Za-z_][\w.-]*)/.exec(body.replace(/<!--[\s\S]*?(?:-->|$)/g, ''))?.[1];
  if (root === 'TrainingCenterDatabase') return { kind: 'tcx' };
  if (root === 'kml') return { kind: 'unsupported', looksLike: 'KML' };
  if (root !== undefined && /^html$/i.test(root)) return { kind: 'unsupported', looksLike: 'HTML' };
  if (/^<!doctype\s+html/i.test(body)) return { kind: 'unsupported', looksLike: 'HTML' };
  if (root === 'svg') return { kind: 'unsupported', looksLike: 'SVG' };
  return { kind: 'gpx' };
}

/** The ASCII of the first bytes: UTF-16 of either order is told by its mark or by its zero bytes. */
function textOf(head: Uint8Array): string {
  if (startsWith(head, 0, [0xff, 0xfe])) return everyOther(head, 2);
  if (startsWith(head, 0, [0xfe, 0xff])) return everyOther(head, 3);
  if (startsWith(head, 0, [0xef, 0xbb, 0xbf])) return latin(head.subarray(3));
  if (head.length >= 2 && head[1] === 0 && head[0] !== 0) return everyOther(head, 0);
  if (head.length >= 2 && head[0] === 0 && head[1] !== 0) return everyOther(head, 1);
  return latin(head);
}

function everyOther(head: Uint8Array, from: number): string {
  return latin(head.filter((_, index) => index >= from && (index - from) % 2 === 0));
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function startsWith(head: Uint8Array, at: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[at + index] === byte);
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
