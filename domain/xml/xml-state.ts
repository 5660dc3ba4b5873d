import type { SaxesParser } from 'saxes';
import { encodedLength } from './decode.ts';
import type { XmlDialect } from './dialect.ts';
import type { Encoding } from './encoding.ts';
import type { SaxesHandlers } from './saxes-handlers.ts';

/** What the reader of a vocabulary is told. */
export interface XmlSink {
  /** An attribute of the start tag that is being read; comes before its `open`. */
  attribute(name: string, value: string): void;
  /** A start tag is whole. Returns whether the text directly inside it is wanted. */
  open(name: string, tagOffset: () => number): boolean;
  /** `text` is empty unless it was wanted. */
  close(text: string): void;
}

/**
 * Where the parser stands. "Position" counts UTF-16 units from the start, as saxes does; "byte" counts bytes of the
 * file. Positions are turned into bytes only when a fault needs one, or when their piece of text is about to go.
 */
export interface XmlState {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly dialect: XmlDialect;
  readonly parser: SaxesParser;
  readonly handlers: SaxesHandlers;
  readonly sink: XmlSink;
  /** The piece of text that the parser is in, and where it begins. */
  piece: string;
  piecePosition: number;
  pieceByte: number;
  /** Every unit of the piece takes the same number of bytes. */
  isEven: boolean;
  /** Just after the newest piece of markup; what follows is a token whose length is limited. */
  markPosition: number;
  markByte: number | null;
  /** Just after the name in the newest start tag. */
  tagPosition: number;
  tagByte: number | null;
  inTag: boolean;
  attributes: number;
  /** Names of the open elements. */
  path: string[];
  sawRoot: boolean;
  isClosing: boolean;
  wantedDepth: number;
  wantedText: string;
  takeText: (text: string) => void;
}

const ANGLE = 0x3c;

/** The byte at a position of the current piece. */
export function byteOf(state: XmlState, position: number): number {
  const units = position - state.piecePosition;
  if (state.isEven || units <= 0) return state.pieceByte + units * unitBytes(state);
  return state.pieceByte + encodedLength(state.piece, units, state.encoding);
}

export function markOffset(state: XmlState): number {
  return state.markByte ?? byteOf(state, state.markPosition);
}

/** The byte of the `<` of the newest start tag. */
export function tagOffset(state: XmlState): number {
  return state.tagByte ?? lastUnit(state, byteOf(state, state.tagPosition), ANGLE);
}

export function setMark(state: XmlState): void {
  state.markPosition = state.parser.position;
  state.markByte = null;
}

/** Moves to the next piece; `end` is the byte after it. */
export function enterPiece(state: XmlState, piece: string, from: number, end: number): void {
  state.markByte = markOffset(state);
  state.tagByte = tagOffset(state);
  // Not the parser's own count: between pieces it stands one past the end.
  state.piecePosition += state.piece.length;
  state.piece = piece;
  state.pieceByte = from;
  state.isEven = piece.length * unitBytes(state) === end - from;
}

/** The last byte before `before` at which the character `unit` (ASCII) stands; `before` when there is none. */
export function lastUnit(state: XmlState, before: number, unit: number): number {
  const width = unitBytes(state);
  for (let at = before - width; at >= 0; at -= width) if (unitAt(state, at) === unit) return at;
  return before;
}

/** The first byte from `from` up to `to` at which `matches` holds for the character; -1 when there is none. */
export function firstUnit(state: XmlState, from: number, to: number, matches: (unit: number) => boolean): number {
  for (let at = from; at < to; at += unitBytes(state)) if (matches(unitAt(state, at))) return at;
  return -1;
}

export function unitAt(state: XmlState, at: number): number {
  const { bytes, encoding } = state;
  if (encoding === 'utf-16le') return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  if (encoding === 'utf-16be') return (bytes[at + 1] ?? 0) | ((bytes[at] ?? 0) << 8);
  return bytes[at] ?? 0;
}

export function unitBytes(state: XmlState): number {
  return state.encoding === 'utf-16le' || state.encoding === 'utf-16be' ? 2 : 1;
}
