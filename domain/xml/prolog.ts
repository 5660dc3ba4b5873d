import type { Rejection } from '../../contracts/rejections.ts';
import { type XmlDialect, xmlRejection } from './dialect.ts';
import type { EncodingFound } from './encoding.ts';

/**
 * Throws `…/doctype-forbidden` at the byte where a DOCTYPE begins. It is looked for before parsing, because a parser
 * tells of a DOCTYPE only after it has read the whole of it. White space, comments and processing instructions may
 * stand before; anything else is the parser's to judge.
 */
export function refuseDoctype(bytes: Uint8Array, { bodyAt, encoding }: EncodingFound, dialect: XmlDialect): void {
  const scan: Scan = { bytes, width: encoding.startsWith('utf-16') ? 2 : 1, low: encoding === 'utf-16be' ? 1 : 0 };
  let at = bodyAt;
  for (;;) {
    while (isSpace(unitAt(scan, at))) at += scan.width;
    if (startsWith(scan, at, '<!DOCTYPE')) throw doctypeForbidden(dialect, at);
    const close = startsWith(scan, at, '<!--') ? '-->' : startsWith(scan, at, '<?') ? '?>' : null;
    if (close === null) return;
    at = afterNext(scan, at, close);
  }
}

export function doctypeForbidden(dialect: XmlDialect, offset: number): Rejection {
  return xmlRejection(dialect, 'doctype-forbidden', {
    offset,
    detail: 'A DOCTYPE is refused: entities could be declared in it.',
  });
}

interface Scan {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly low: number;
}

function unitAt(scan: Scan, at: number): number {
  const low = scan.bytes[at + scan.low] ?? -1;
  if (scan.width === 1) return low;
  return scan.bytes[at + 1 - scan.low] === 0 ? low : -1;
}

function startsWith(scan: Scan, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (unitAt(scan, at + i * scan.width) !== text.charCodeAt(i)) return false;
  return true;
}

function afterNext(scan: Scan, from: number, close: string): number {
  const first = close.charCodeAt(0);
  for (let at = from + scan.width * close.length; at < scan.bytes.length; at += scan.width) {
    if (unitAt(scan, at) === first && startsWith(scan, at, close)) return at + scan.width * close.length;
  }
  return scan.bytes.length;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}
