import { type XmlDialect, xmlRejection } from './dialect.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'us-ascii';

export interface EncodingFound {
  readonly encoding: Encoding;
  /** Where the document begins, after a byte order mark. */
  readonly bodyAt: number;
  /** The declared name, when it contradicts the byte order mark (which wins). */
  readonly contradicted: string | null;
}

/**
 * Tells the encoding as XML 1.0 appendix F does: byte order mark, then the pattern of zero bytes, then the
 * declaration, then UTF-8. Throws `…/bad-encoding` for any other, at the name that declares it.
 */
export function detectEncoding(bytes: Uint8Array, dialect: XmlDialect): EncodingFound {
  const badEncoding = (offset: number, detail: string) => xmlRejection(dialect, 'bad-encoding', { offset, detail });
  const unsupported = unsupportedFamily(bytes);
  if (unsupported !== null) throw badEncoding(0, `${unsupported} is not supported.`);
  const mark = byMark(bytes);
  const encoding = mark?.encoding ?? byPattern(bytes);
  const bodyAt = mark?.length ?? 0;
  const declared = declaredEncoding(bytes, bodyAt, encoding);
  if (declared === null) return { encoding: encoding ?? 'utf-8', bodyAt, contradicted: null };
  const named = NAMES.get(declared.name.toLowerCase());
  if (named === undefined) throw badEncoding(declared.at, `The encoding "${declared.name}" is not supported.`);
  if (encoding !== null) {
    const agrees = encoding.startsWith(named);
    return { encoding, bodyAt, contradicted: agrees ? null : declared.name };
  }
  if (named === 'utf-16') throw badEncoding(declared.at, `The file declares "${declared.name}" but is not in it.`);
  return { encoding: named, bodyAt, contradicted: null };
}

/** ISO 8859-1 is read as its superset windows-1252, as browsers do: files that say the one often are the other. */
const NAMES: ReadonlyMap<string, 'utf-8' | 'utf-16' | 'windows-1252' | 'us-ascii'> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['utf-16', 'utf-16'],
  ['utf-16le', 'utf-16'],
  ['utf-16be', 'utf-16'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
  ['us-ascii', 'us-ascii'],
  ['ascii', 'us-ascii'],
]);

/** UTF-32 of either order, with a mark or without, and EBCDIC. */
function unsupportedFamily([a, b, c, d]: Uint8Array): string | null {
  if (a === 0 && b === 0) return 'UTF-32';
  if (b === 0xfe && a === 0xff && c === 0 && d === 0) return 'UTF-32';
  if (a !== 0 && b === 0 && c === 0 && d === 0) return 'UTF-32';
  return a === 0x4c && b === 0x6f && c === 0xa7 && d === 0x94 ? 'EBCDIC' : null;
}

function byMark(bytes: Uint8Array): { encoding: Encoding; length: number } | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', length: 2 };
  return null;
}

function byPattern(bytes: Uint8Array): Encoding | null {
  const [a, b] = bytes;
  if (a !== 0 && b === 0) return 'utf-16le';
  if (a === 0 && b !== undefined) return 'utf-16be';
  return null;
}

/** The longest declaration worth reading; XML allows white space in it without end. */
const DECLARATION_CHARACTERS = 512;

function declaredEncoding(bytes: Uint8Array, bodyAt: number, encoding: Encoding | null) {
  const width = encoding?.startsWith('utf-16') ? 2 : 1;
  const low = encoding === 'utf-16be' ? 1 : 0;
  let text = '';
  for (let at = bodyAt + low; at < bytes.length && text.length < DECLARATION_CHARACTERS; at += width) {
    const character = String.fromCharCode(bytes[at] ?? 0);
    text += character;
    if (character === '>') break;
  }
  const found = /^<\?xml[ \t\r\n][^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*(["'])([^"'>]*)\1/.exec(text);
  const name = found?.[2];
  if (!found || name === undefined) return null;
  return { name, at: bodyAt + (found[0].length - 1 - name.length) * width };
}
