import { characterOf } from './raw-text.ts';
import { sequenceLength } from './utf8.ts';

/** What a byte may be, as bits: one look-up per byte is what the scanner's speed rests on. */
const SPACE = 1;
const NAME_START = 2;
const NAME = 4;
/** Passes inside text without a second look: no `<`, `&` or `>`. */
const TEXT = 8;
/** Passes inside an attribute value: no `<`, `&` or quote. */
const VALUE = 16;
/** Passes inside comments, CDATA sections and processing instructions: no `-`, `]` or `?`, with which these end. */
const ASIDE = 32;

/** Of ASCII only. Bytes beyond, and control characters, have no bit: both need a closer look. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => classesOf(byte));

function classesOf(byte: number): number {
  const character = String.fromCharCode(byte);
  if (byte > 0x7f || !/[\t\n\r\x20-\x7f]/.test(character)) return 0;
  return (
    bit(/[\t\n\r ]/, character, SPACE) |
    bit(/[A-Za-z_:]/, character, NAME_START) |
    bit(/[A-Za-z0-9_:.-]/, character, NAME) |
    bit(/[^<&>]/, character, TEXT) |
    bit(/[^<&"']/, character, VALUE) |
    bit(/[^\]?-]/, character, ASIDE)
  );
}

function bit(pattern: RegExp, character: string, value: number): number {
  return pattern.test(character) ? value : 0;
}

/** Each of these goes over one thing and returns the byte after it, or -1 when it is not, or not plainly, that thing. */

export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (((CLASSES[bytes[at] ?? 0] ?? 0) & SPACE) !== 0) at++;
  return at;
}

/** A name of ASCII. */
export function skipName(bytes: Uint8Array, from: number): number {
  if (((CLASSES[bytes[from] ?? 0] ?? 0) & NAME_START) === 0) return -1;
  let at = from + 1;
  while (((CLASSES[bytes[at] ?? 0] ?? 0) & NAME) !== 0) at++;
  return at;
}

/** Text up to the next `<`. */
export function skipText(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    while (((CLASSES[bytes[at] ?? 0] ?? 0) & TEXT) !== 0) at++;
    const byte = bytes[at] ?? 0;
    if (byte === LESS) return at;
    if (byte === GREATER) at = bytes[at - 1] === BRACKET && bytes[at - 2] === BRACKET ? -1 : at + 1;
    else at = byte === AMPERSAND ? skipReference(bytes, at) : skipCharacter(bytes, at);
    if (at < 0) return -1;
  }
}

/** An attribute value up to its closing quote. */
export function skipValue(bytes: Uint8Array, from: number, quote: number): number {
  let at = from;
  for (;;) {
    while (((CLASSES[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at++;
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at;
    if (byte === QUOTE || byte === APOSTROPHE) at++;
    else at = byte === AMPERSAND ? skipReference(bytes, at) : skipCharacter(bytes, at);
    if (at < 0) return -1;
  }
}

/** A comment, a CDATA section or a processing instruction. */
export function skipAside(bytes: Uint8Array, from: number): number {
  if (startsWith(bytes, from, '<!--')) return skipComment(bytes, from + 4);
  if (startsWith(bytes, from, '<![CDATA[')) return skipCdata(bytes, from + 9);
  return startsWith(bytes, from, '<?') ? skipInstruction(bytes, from + 2) : -1;
}

/** The XML declaration, when there is one. */
export function skipDeclaration(bytes: Uint8Array, from: number): number {
  if (!startsWith(bytes, from, '<?xml') || skipSpace(bytes, from + 5) === from + 5) return from;
  const end = bytes.subarray(from, from + DECLARATION_BYTES).indexOf(GREATER);
  const text = String.fromCharCode(...bytes.subarray(from, from + end + 1));
  return DECLARATION.test(text) ? from + end + 1 : -1;
}

export function startsWith(bytes: Uint8Array, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

const QUOTE = 0x22;
const AMPERSAND = 0x26;
const APOSTROPHE = 0x27;
const DASH = 0x2d;
const SEMICOLON = 0x3b;
const LESS = 0x3c;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const BRACKET = 0x5d;

/** XML 1.0, production 23, with the limits of 24, 32 and 81. */
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.[0-9]+\1([ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[A-Za-z][\w.-]*\3)?([ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(yes|no)\5)?[ \t\r\n]*\?>$/;
const DECLARATION_BYTES = 256;

/** `&#x10FFFF;` is ten bytes; leading zeros are legal and rare. */
const REFERENCE_BYTES = 12;

function skipReference(bytes: Uint8Array, from: number): number {
  const end = bytes.subarray(from, from + REFERENCE_BYTES).indexOf(SEMICOLON);
  if (end < 0) return -1;
  const name = String.fromCharCode(...bytes.subarray(from + 1, from + end));
  return characterOf(name) === null ? -1 : from + end + 1;
}

/** A character beyond ASCII that XML allows: not U+FFFE nor U+FFFF. */
function skipCharacter(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return -1;
  if (lead === 0xef && bytes[at + 1] === 0xbf && (bytes[at + 2] ?? 0) >= 0xbe) return -1;
  const length = sequenceLength(bytes, at, bytes.length);
  return length === 0 ? -1 : at + length;
}

function skipComment(bytes: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = skipAsideText(bytes, at, DASH);
    if (at < 0) return -1;
    if (bytes[at + 1] === DASH) return bytes[at + 2] === GREATER ? at + 3 : -1;
  }
}

function skipCdata(bytes: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = skipAsideText(bytes, at, BRACKET);
    if (at < 0) return -1;
    if (bytes[at + 1] === BRACKET && bytes[at + 2] === GREATER) return at + 3;
  }
}

function skipInstruction(bytes: Uint8Array, from: number): number {
  const to = skipName(bytes, from);
  if (to < 0 || /^xml$/i.test(String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 4))))) return -1;
  if (skipSpace(bytes, to) === to && bytes[to] !== QUESTION) return -1;
  for (let at = to; ; at++) {
    at = skipAsideText(bytes, at, QUESTION);
    if (at < 0) return -1;
    if (bytes[at + 1] === GREATER) return at + 2;
    if (at === to) return -1;
  }
}

/** Up to the next `last`, which is one of the three bytes without the bit. */
function skipAsideText(bytes: Uint8Array, from: number, last: number): number {
  let at = from;
  for (;;) {
    while (((CLASSES[bytes[at] ?? 0] ?? 0) & ASIDE) !== 0) at++;
    const byte = bytes[at] ?? 0;
    if (byte === last) return at;
    if (byte === DASH || byte === BRACKET || byte === QUESTION) at++;
    else at = skipCharacter(bytes, at);
    if (at < 0) return -1;
  }
}

export function isNameByte(bytes: Uint8Array, at: number): boolean {
  return ((CLASSES[bytes[at] ?? 0] ?? 0) & NAME) !== 0;
}

export function isNameStart(bytes: Uint8Array, at: number): boolean {
  return ((CLASSES[bytes[at] ?? 0] ?? 0) & NAME_START) !== 0;
}
