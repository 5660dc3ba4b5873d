import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS, type LimitName } from '../limits/limits.ts';
import { adoptRoot, declare, kindIn } from '../xml/namespaces.ts';
import { overLimit } from '../xml/xml-limits.ts';
import type { XmlSink } from '../xml/xml-state.ts';
import type { TcxDocument } from './document.ts';
import { closeElement, openElement, placed } from './elements.ts';
import { takeText } from './take-text.ts';

/** TCX for the strict reader: from strings, and every refusal with the byte of its start tag. */
export function tcxSink(document: TcxDocument): XmlSink {
  return {
    attribute: (name, value) => takeAttribute(document, name, value),
    open: (name, tagOffset) => open(document, name, tagOffset),
    close(text) {
      const { takes } = closeElement(document);
      if (takes !== null) takeText(document, takes, text);
    },
  };
}

/** An attribute of the start tag that is being read. */
export function takeAttribute(document: TcxDocument, name: string, value: string): void {
  if (name === 'Sport') document.sport = value;
  else if (name === 'StartTime') document.startTime = value;
  else declare(document.namespaces, document.path.length + 1, name, value);
}

function open(document: TcxDocument, name: string, tagOffset: () => number): boolean {
  if (document.path.length === 0 && !adoptRoot(document.namespaces, name)) {
    const detail = `The root element <${name}> is not that of TCX version 2.`;
    throw new Rejection('tcx/not-tcx', { offset: tagOffset(), detail });
  }
  const element = placed(document, kindIn(document.namespaces, name));
  const passed = openElement(document, element);
  if (passed !== null) throw over(passed, tagOffset());
  return element.takes !== null;
}

function over(limit: LimitName, offset: number): Rejection {
  if (limit === 'points') return overLimit('tcx', 'too-many-points', 'points', offset);
  const { value, unit } = LIMITS[limit];
  const detail = `More than ${value} ${unit}.`;
  return new Rejection('tcx/too-many-laps', { offset, limit, limitValue: value, detail });
}
