import type { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../limits/limits.ts';
import { decodePiece } from './decode.ts';
import { type XmlDialect, xmlRejection } from './dialect.ts';
import type { EncodingFound } from './encoding.ts';
import { refuseDoctype } from './prolog.ts';
import { createSaxes } from './saxes-handlers.ts';
import { refuseBrokenReference, truncated, xmlFault } from './xml-faults.ts';
import { limitAttribute, limitElement, limitText, limitUnfinished, overLimit } from './xml-limits.ts';
import { enterPiece, markOffset, setMark, tagOffset, unitBytes, type XmlSink, type XmlState } from './xml-state.ts';

/** Bytes that are decoded and parsed at a time, so that no string grows with the file. */
const PIECE_BYTES = 65_536;

/**
 * Reads a document strictly and tells the sink of it. Throws `Rejection` with the byte offset of the first fault; its
 * code is the dialect's `…/bad-encoding`, `…/doctype-forbidden`, `…/malformed`, `…/truncated`, and `…/too-deep`,
 * `…/too-many-attributes`, `…/name-too-long`, `…/text-too-long` for the limits.
 */
export function readXml(bytes: Uint8Array, found: EncodingFound, dialect: XmlDialect, sink: XmlSink): void {
  refuseDoctype(bytes, found, dialect);
  const state = createState(bytes, found, dialect, sink);
  listen(state);
  let at = found.bodyAt;
  while (at < bytes.length) at = readPiece(state, at);
  state.isClosing = true;
  state.parser.close();
}

function readPiece(state: XmlState, from: number): number {
  const decoded = decodePiece(state.bytes, from, PIECE_BYTES, state.encoding);
  let { text, end } = decoded;
  // saxes holds a last CR back until it sees what follows; leaving it to the next piece keeps our positions equal.
  if (text.length > 1 && text.endsWith('\r') && end < state.bytes.length && decoded.fault === null) {
    text = text.slice(0, -1);
    end -= unitBytes(state);
  }
  enterPiece(state, text, from, end);
  state.parser.write(text);
  refuseBrokenReference(state, end);
  if (decoded.fault) throw encodingFault(state, decoded.fault);
  limitUnfinished(state, end);
  return end;
}

function encodingFault(state: XmlState, fault: { at: number; cutByEnd: boolean }): Rejection {
  const isOpen = state.path.length > 0 || !state.sawRoot;
  if (fault.cutByEnd && isOpen) return truncated(state);
  const detail = `The bytes here are not ${state.encoding}.`;
  return xmlRejection(state.dialect, 'bad-encoding', { offset: fault.at, detail });
}

function createState(bytes: Uint8Array, found: EncodingFound, dialect: XmlDialect, sink: XmlSink): XmlState {
  return {
    ...createSaxes(),
    bytes,
    encoding: found.encoding,
    dialect,
    sink,
    piece: '',
    piecePosition: 0,
    pieceByte: found.bodyAt,
    isEven: true,
    markPosition: 0,
    markByte: null,
    tagPosition: 0,
    tagByte: null,
    inTag: false,
    attributes: 0,
    path: [],
    sawRoot: false,
    isClosing: false,
    wantedDepth: -1,
    wantedText: '',
    takeText: () => undefined,
  };
}

function listen(state: XmlState): void {
  const { parser, handlers, sink } = state;
  const offsetOfTag = () => tagOffset(state);
  const passOver = () => {
    limitText(state, parser.position);
    setMark(state);
  };
  handlers.errorHandler = (error) => {
    throw xmlFault(state, error.message);
  };
  handlers.openTagStartHandler = (tag) => startTag(state, tag.name);
  handlers.attributeHandler = (attribute) => {
    limitAttribute(state, attribute.name, attribute.value);
    setMark(state);
    sink.attribute(attribute.name, attribute.value);
  };
  handlers.openTagHandler = (tag) => {
    setMark(state);
    state.inTag = false;
    if (sink.open(tag.name, offsetOfTag)) wantText(state);
  };
  handlers.closeTagHandler = (tag) => closeTag(state, tag.name);
  handlers.cdataHandler = (text) => {
    passOver();
    collect(state, text);
  };
  handlers.commentHandler = () => {
    passOver();
    // saxes tells of a comment before it reads the `>`.
    state.markPosition++;
  };
  handlers.piHandler = passOver;
  handlers.textHandler = undefined;
  state.takeText = (text) => collect(state, text);
}

function startTag(state: XmlState, name: string): void {
  const { position } = state.parser;
  limitText(state, position - name.length - 2);
  state.tagPosition = position;
  state.tagByte = null;
  state.inTag = true;
  state.attributes = 0;
  limitElement(state, name);
  state.markPosition = position;
  state.markByte = null;
  state.path.push(name);
  state.sawRoot = true;
  if (state.wantedDepth >= 0) collect(state, ' ', state.path.length - 1);
}

function closeTag(state: XmlState, name: string): void {
  limitText(state, state.parser.position - name.length - 3);
  setMark(state);
  const isWanted = state.wantedDepth === state.path.length;
  state.path.pop();
  if (!isWanted) {
    state.sink.close('');
    return;
  }
  state.wantedDepth = -1;
  state.handlers.textHandler = undefined;
  state.sink.close(state.wantedText);
}

/** Text is listened to only where it is wanted: building the strings between all elements costs a third of the time. */
function wantText(state: XmlState): void {
  state.wantedDepth = state.path.length;
  state.wantedText = '';
  state.handlers.textHandler = state.takeText;
}

function collect(state: XmlState, text: string, depth = state.path.length): void {
  if (depth !== state.wantedDepth) return;
  state.wantedText = state.wantedText === '' ? text : state.wantedText + text;
  if (state.wantedText.length > LIMITS.xmlTextBytes.value) {
    throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', markOffset(state));
  }
}
