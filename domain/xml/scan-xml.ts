import { LIMITS } from '../limits/limits.ts';
import { isNameStart, skipAside, skipDeclaration, skipSpace, skipText, skipValue, startsWith } from './skip.ts';
import { createXmlNames, isNameAt, type XmlName, type XmlNames, xmlNameAt } from './xml-names.ts';

/** Who reads a vocabulary. Ranges are raw bytes of the document: `textOf` and `attributeValueOf` resolve them. */
export interface XmlVocabulary {
  /** An attribute of the start tag that is being read; comes before its `open`. */
  attribute(name: XmlName, from: number, to: number): void;
  /** A start tag is whole; it begins at `from`. */
  open(name: XmlName, from: number): Opened;
  /**
   * An element ends. `[from, to)` is all that stands in it when it was `TEXT_WANTED`; otherwise both are the byte after the
   * element.
   */
  close(from: number, to: number): void;
  /**
   * A start tag comes at `from`, which is not that of the root. Whole elements that the vocabulary knows to be well-formed
   * it may take by itself, and returns the byte after them, or `from`.
   */
  foresee(from: number): number;
}

/** What is asked for after a start tag. */
export type Opened = typeof GIVE_UP | typeof NO_TEXT | typeof TEXT_WANTED;
export const GIVE_UP = 0;
export const NO_TEXT = 1;
/** The text inside; the element may have no children then. */
export const TEXT_WANTED = 2;

/** Above these it gives up; they are no laxer than the limits of a strict reader may be. */
export interface ScanLimits {
  readonly depth: number;
  readonly attributes: number;
  readonly nameBytes: number;
  /** Of a start tag, a text, a comment and so on, each whole. */
  readonly tokenBytes: number;
}

/** Those beside `readXml`. */
export const PLAIN_LIMITS: ScanLimits = {
  depth: LIMITS.xmlDepth.value,
  attributes: LIMITS.xmlAttributes.value,
  nameBytes: LIMITS.xmlNameBytes.value,
  // The strict reader counts from one piece of markup to the next, which holds a text and the comment after it.
  tokenBytes: LIMITS.xmlTextBytes.value / 4,
};

/**
 * Goes over a document of UTF-8 from `from`, which is after a byte order mark, and tells the vocabulary of its elements.
 * True: it is well-formed to its last byte. False, at once: it is not, or it is more than plain (a DOCTYPE, a name beyond
 * ASCII, a limit reached, a child where text was wanted), or the vocabulary gave up. It never says which: a strict
 * reader that knows all of XML then has the word.
 */
export function scanXml(bytes: Uint8Array, from: number, vocabulary: XmlVocabulary, limits: ScanLimits): boolean {
  const scan: Scan = {
    bytes,
    vocabulary,
    limits,
    names: createXmlNames(bytes, limits.nameBytes),
    path: [],
    depth: 0,
    tags: 0,
    wantedFrom: -1,
  };
  const root = skipMisc(scan, skipDeclaration(bytes, from));
  let at = root < 0 || !isStartTag(bytes, root) ? -1 : startTag(scan, root);
  while (at >= 0 && scan.depth > 0) at = content(scan, at);
  return at >= 0 && skipMisc(scan, at) === bytes.length;
}

interface Scan {
  readonly bytes: Uint8Array;
  readonly vocabulary: XmlVocabulary;
  readonly limits: ScanLimits;
  readonly names: XmlNames;
  /** Names of the open elements, as many as `depth` says. */
  readonly path: XmlName[];
  depth: number;
  /** Start tags so far. */
  tags: number;
  /** Where the text that is wanted begins, or -1. */
  wantedFrom: number;
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** Text, and the markup after it. Returns the byte after that, or -1, as all functions below do. */
function content(scan: Scan, from: number): number {
  const { bytes } = scan;
  const at = skipText(bytes, from);
  if (at - from > scan.limits.tokenBytes || at < 0) return -1;
  if (bytes[at + 1] === SLASH) return endTag(scan, at);
  if (isStartTag(bytes, at)) return elements(scan, at);
  return within(scan, at, skipAside(bytes, at));
}

/** Elements that are foreseen, or the start tag of one that is not. */
function elements(scan: Scan, from: number): number {
  const after = scan.wantedFrom < 0 ? scan.vocabulary.foresee(from) : from;
  return after > from ? after : startTag(scan, from);
}

/** White space, comments and processing instructions outside of the root. */
function skipMisc(scan: Scan, from: number): number {
  const { bytes } = scan;
  let at = from;
  while (at >= 0) {
    at = within(scan, at, skipSpace(bytes, at));
    if (at < 0 || at === bytes.length || isStartTag(bytes, at)) return at;
    at = startsWith(bytes, at, '<![') ? -1 : within(scan, at, skipAside(bytes, at));
  }
  return -1;
}

function startTag(scan: Scan, from: number): number {
  const { bytes, limits } = scan;
  const name = xmlNameAt(scan.names, from + 1);
  if (name === null || scan.wantedFrom >= 0 || scan.depth >= limits.depth) return -1;
  scan.tags++;
  let at = from + 1 + name.length;
  for (let attributes = 0; ; attributes++) {
    const gap = at;
    at = skipSpace(bytes, at);
    if (at - from > limits.tokenBytes) return -1;
    const byte = bytes[at];
    if (byte === GREATER) return opened(scan, name, from, at + 1);
    if (byte === SLASH) return bytes[at + 1] === GREATER ? closed(scan, opened(scan, name, from, at + 2)) : -1;
    if (at === gap || attributes === limits.attributes) return -1;
    at = attribute(scan, at);
    if (at < 0) return -1;
  }
}

function attribute(scan: Scan, from: number): number {
  const { bytes } = scan;
  const name = xmlNameAt(scan.names, from);
  if (name === null || name.attributeOfTag === scan.tags) return -1;
  name.attributeOfTag = scan.tags;
  const equals = skipSpace(bytes, from + name.length);
  const start = skipSpace(bytes, equals + 1);
  const quote = bytes[start] ?? 0;
  if (bytes[equals] !== EQUALS || (quote !== QUOTE && quote !== APOSTROPHE)) return -1;
  const end = skipValue(bytes, start + 1, quote);
  if (end < 0) return -1;
  scan.vocabulary.attribute(name, start + 1, end);
  return end + 1;
}

function opened(scan: Scan, name: XmlName, from: number, at: number): number {
  const answer = scan.vocabulary.open(name, from);
  if (answer === GIVE_UP) return -1;
  if (answer === TEXT_WANTED) scan.wantedFrom = at;
  scan.path[scan.depth++] = name;
  return at;
}

function endTag(scan: Scan, from: number): number {
  const { bytes, limits, wantedFrom } = scan;
  const name = scan.path[scan.depth - 1];
  if (name === undefined || !isNameAt(bytes, name, from + 2)) return -1;
  const at = skipSpace(bytes, from + 2 + name.length);
  if (bytes[at] !== GREATER || at - from > limits.tokenBytes) return -1;
  if (wantedFrom < 0) return closed(scan, at + 1);
  if (from - wantedFrom > limits.tokenBytes) return -1;
  scan.wantedFrom = -1;
  scan.depth--;
  scan.vocabulary.close(wantedFrom, from);
  return at + 1;
}

/** An element without wanted text ends. */
function closed(scan: Scan, at: number): number {
  if (at < 0) return -1;
  scan.wantedFrom = -1;
  scan.depth--;
  scan.vocabulary.close(at, at);
  return at;
}

function within(scan: Scan, from: number, to: number): number {
  return to - from > scan.limits.tokenBytes ? -1 : to;
}

function isStartTag(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === LESS && isNameStart(bytes, at + 1);
}
