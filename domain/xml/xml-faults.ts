import type { Rejection } from '../../contracts/rejections.ts';
import { xmlRejection } from './dialect.ts';
import { doctypeForbidden } from './prolog.ts';
import { characterOf } from './raw-text.ts';
import { byteOf, firstUnit, lastUnit, markOffset, tagOffset, unitAt, unitBytes, type XmlState } from './xml-state.ts';

/** Turns what saxes says into a refusal that points at the byte where the fault begins. */
export function xmlFault(state: XmlState, message: string): Rejection {
  if (state.isClosing) return truncated(state);
  if (message.startsWith('inappropriately located doctype'))
    return doctypeForbidden(state.dialect, beforeHere(state, '<'));
  return xmlRejection(state.dialect, 'malformed', { offset: faultOffset(state, message), detail: sentence(message) });
}

export function truncated(state: XmlState): Rejection {
  const inside = state.path.at(-1);
  const where = inside === undefined ? 'before the document is whole' : `inside <${inside}>`;
  return xmlRejection(state.dialect, 'truncated', { offset: state.bytes.length, detail: `The file ends ${where}.` });
}

/**
 * saxes collects a reference up to its `;`, be it at the end of the file: a bare ampersand would be told as a file that
 * ends too early, or as a text that is too long. What cannot become a reference is refused as soon as its piece is read.
 */
export function refuseBrokenReference(state: XmlState, end: number): void {
  const { entity } = state.handlers;
  if (entity === '' || /^#(?:\d*|x[\da-f]*)$/i.test(entity) || isPredefined(entity)) return;
  const detail = 'A reference has no end; a bare ampersand is written "&amp;".';
  throw xmlRejection(state.dialect, 'malformed', { offset: brokenReferenceAt(state, end), detail });
}

function isPredefined(begun: string): boolean {
  return ['amp', 'lt', 'gt', 'quot', 'apos'].some((name) => name.startsWith(begun));
}

/** The first `&` of what is being read that no reference follows: behind it others may stand that are whole. */
function brokenReferenceAt(state: XmlState, end: number): number {
  const width = unitBytes(state);
  const next = (from: number) => firstUnit(state, from, end, (unit) => unit === AMPERSAND);
  let at = next(markOffset(state));
  while (at >= 0 && isReference(state, at + width)) at = next(at + width);
  return at < 0 ? beforeHere(state, '&') : at;
}

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
/** `&#x10FFFF;` and leading zeros, which are legal. */
const REFERENCE_CHARACTERS = 40;

function isReference(state: XmlState, from: number): boolean {
  const width = unitBytes(state);
  const end = firstUnit(state, from, from + REFERENCE_CHARACTERS * width, (unit) => unit === SEMICOLON);
  if (end < 0) return false;
  let name = '';
  for (let at = from; at < end; at += width) name += String.fromCharCode(unitAt(state, at));
  return characterOf(name) !== null;
}

function faultOffset(state: XmlState, message: string): number {
  if (CLOSE_TAG_FAULTS.test(message)) return beforeHere(state, '<');
  if (REFERENCE_FAULTS.test(message)) return brokenReferenceAt(state, byteOf(state, state.parser.position));
  if (START_TAG_FAULTS.test(message)) return tagOffset(state);
  if (message.startsWith('text data outside of root')) {
    const at = firstUnit(state, markOffset(state), state.bytes.length, (unit) => unit > 0x20);
    return at < 0 ? markOffset(state) : at;
  }
  return byteOf(state, lastCharacter(state));
}

const CLOSE_TAG_FAULTS = /^(unexpected close tag|unmatched closing tag|weird empty close tag)/;
const REFERENCE_FAULTS = /entity/;
const START_TAG_FAULTS = /^(duplicate attribute|documents may contain only one root)/;

function beforeHere(state: XmlState, character: string): number {
  return lastUnit(state, byteOf(state, state.parser.position), character.charCodeAt(0));
}

/** The position of the character that the parser read last, which is the one it complains of. */
function lastCharacter(state: XmlState): number {
  const at = state.parser.position - 1;
  const index = at - state.piecePosition;
  const unit = state.piece.charCodeAt(index);
  const isLowHalf = unit >= 0xdc00 && unit <= 0xdfff;
  const isCrLf = unit === 0x0a && state.piece.charCodeAt(index - 1) === 0x0d;
  return isLowHalf || isCrLf ? at - 1 : at;
}

function sentence(message: string): string {
  const end = message.endsWith('.') ? '' : '.';
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${end}`;
}
