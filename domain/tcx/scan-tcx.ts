import { adoptRoot, kindIn } from '../xml/namespaces.ts';
import { type DayMemory, plainDecimal, plainTimeMs } from '../xml/plain-values.ts';
import { attributeValueOf, textOf } from '../xml/raw-text.ts';
import {
  GIVE_UP,
  NO_TEXT,
  type Opened,
  PLAIN_LIMITS,
  scanXml,
  TEXT_WANTED,
  type XmlVocabulary,
} from '../xml/scan-xml.ts';
import type { XmlName } from '../xml/xml-names.ts';
import { setPointTime } from '../xml-points/point-values.ts';
import { createTcxDocument, type TcxDocument } from './document.ts';
import { closeElement, openElement, placed } from './elements.ts';
import { isNumber, takeNumber, takeText } from './take-text.ts';
import { takeAttribute } from './tcx-sink.ts';

/**
 * Reads a TCX document of plain UTF-8 without making strings of its numbers. Null for one that is to be refused, and for
 * one that is not plain: `readXml` with `tcxSink` has the word then. What it does read is the same, to the bit.
 */
export function scanTcx(bytes: Uint8Array, bodyAt: number, receivedAtMs: number): TcxDocument | null {
  const document = createTcxDocument(receivedAtMs);
  return scanXml(bytes, bodyAt, tcxVocabulary(document, bytes), PLAIN_LIMITS) ? document : null;
}

/** The local name that a name stands for, in one scope of namespaces. */
interface Meaning {
  readonly scope: TcxDocument['namespaces']['scope'];
  readonly local: string;
}

function tcxVocabulary(document: TcxDocument, bytes: Uint8Array): XmlVocabulary {
  const meanings: Meaning[] = [];
  const day: DayMemory = { day: Number.NaN, startMs: Number.NaN };
  return {
    attribute: ({ text }, from, to) => takeAttribute(document, text, attributeValueOf(bytes, from, to)),
    open: (name) => open(document, meanings, name),
    close: (from, to) => close({ document, bytes, day }, from, to),
    foresee: (from) => from,
  };
}

function open(document: TcxDocument, meanings: Meaning[], name: XmlName): Opened {
  if (document.path.length === 0 && !adoptRoot(document.namespaces, name.text)) return GIVE_UP;
  const element = placed(document, localOf(document, meanings, name));
  if (openElement(document, element) !== null) return GIVE_UP;
  return element.takes === null ? NO_TEXT : TEXT_WANTED;
}

function localOf({ namespaces }: TcxDocument, meanings: Meaning[], { id, text }: XmlName): string {
  const known = meanings[id];
  if (known !== undefined && known.scope === namespaces.scope) return known.local;
  const meaning: Meaning = { scope: namespaces.scope, local: kindIn(namespaces, text) };
  meanings[id] = meaning;
  return meaning.local;
}

interface Reading {
  readonly document: TcxDocument;
  readonly bytes: Uint8Array;
  readonly day: DayMemory;
}

function close({ document, bytes, day }: Reading, from: number, to: number): void {
  const { takes } = closeElement(document);
  if (takes === null) return;
  const isTime = takes.as === 'time';
  const value = isTime
    ? plainTimeMs(bytes, from, to, day)
    : isNumber(takes)
      ? plainDecimal(bytes, from, to)
      : Number.NaN;
  if (Number.isNaN(value)) takeText(document, takes, textOf(bytes, from, to));
  else if (isTime) setPointTime(document, value);
  else takeNumber(document, takes, value);
}
