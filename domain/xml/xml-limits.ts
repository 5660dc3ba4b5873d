import type { Rejection } from '../../contracts/rejections.ts';
import { LIMITS, type LimitName } from '../limits/limits.ts';
import { utf8Length } from './decode.ts';
import { type XmlDialect, type XmlFault, xmlRejection } from './dialect.ts';
import { byteOf, firstUnit, markOffset, tagOffset, unitAt, unitBytes, type XmlState } from './xml-state.ts';

/** No character takes more than three bytes per UTF-16 unit, so a third of a limit needs no counting. */
const SAFE_NAME_UNITS = LIMITS.xmlNameBytes.value / 3;
const SAFE_TEXT_UNITS = LIMITS.xmlTextBytes.value / 3;

export function limitElement(state: XmlState, name: string): void {
  if (state.path.length >= LIMITS.xmlDepth.value)
    throw overLimit(state.dialect, 'too-deep', 'xmlDepth', tagOffset(state));
  limitName(state, name);
}

export function limitAttribute(state: XmlState, name: string, value: string): void {
  if (++state.attributes > LIMITS.xmlAttributes.value) {
    throw overLimit(state.dialect, 'too-many-attributes', 'xmlAttributes', tagOffset(state));
  }
  limitName(state, name);
  if (value.length > SAFE_TEXT_UNITS && utf8Length(value) > LIMITS.xmlTextBytes.value) {
    throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', tagOffset(state));
  }
}

/** The text from the mark up to `toPosition`, and the comment, CDATA section or instruction that ends it, each by itself. */
export function limitText(state: XmlState, toPosition: number): void {
  if (toPosition - state.markPosition <= SAFE_TEXT_UNITS) return;
  const from = markOffset(state);
  const end = byteOf(state, toPosition);
  const markup = firstUnit(state, from, end, (unit) => unit === ANGLE);
  const textEnd = markup < 0 ? end : markup;
  if (textEnd - from > LIMITS.xmlTextBytes.value) throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', from);
  if (end - textEnd > LIMITS.xmlTextBytes.value)
    throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', textEnd);
}

/** What is unfinished at the end of a piece: the parser holds it in memory and tells nothing until it ends. */
export function limitUnfinished(state: XmlState, end: number): void {
  const from = markOffset(state);
  if (end - from <= LIMITS.xmlTextBytes.value) return;
  if (state.inTag) {
    const hasValue = firstUnit(state, from, end, (unit) => unit === EQUALS) >= 0;
    if (hasValue) throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', tagOffset(state));
    throw overLimit(state.dialect, 'name-too-long', 'xmlNameBytes', tagOffset(state));
  }
  const markup = firstUnit(state, from, end, (unit) => unit === ANGLE);
  if (markup < 0 || markup - from > LIMITS.xmlTextBytes.value) {
    throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', from);
  }
  if (end - markup <= LIMITS.xmlTextBytes.value) return;
  const next = unitAt(state, markup + unitBytes(state));
  if (next === BANG || next === QUESTION) throw overLimit(state.dialect, 'text-too-long', 'xmlTextBytes', markup);
  throw overLimit(state.dialect, 'name-too-long', 'xmlNameBytes', markup);
}

export function overLimit(dialect: XmlDialect, fault: XmlFault, name: LimitName, offset: number): Rejection {
  const { value, unit } = LIMITS[name];
  return xmlRejection(dialect, fault, {
    offset,
    limit: name,
    limitValue: value,
    detail: `More than ${value} ${unit}.`,
  });
}

const EQUALS = 0x3d;
const ANGLE = 0x3c;
const BANG = 0x21;
const QUESTION = 0x3f;

function limitName(state: XmlState, name: string): void {
  if (name.length > SAFE_NAME_UNITS && utf8Length(name) > LIMITS.xmlNameBytes.value) {
    throw overLimit(state.dialect, 'name-too-long', 'xmlNameBytes', tagOffset(state));
  }
}
