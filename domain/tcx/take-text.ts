import { parseDecimal } from '../xml/decimal.ts';
import { setPointNumber, setPointTimeText } from '../xml-points/point-values.ts';
import type { TcxDocument } from './document.ts';
import type { Taken } from './grammar.ts';
import { takeId, takeTotal, takeTrigger } from './laps.ts';

/** Takes the text of an element that has just been closed. An empty one is how several apps write "unknown". */
export function takeText(document: TcxDocument, takes: Taken, text: string): void {
  const trimmed = text.trim();
  if (trimmed === '') return;
  switch (takes.as) {
    case 'point':
    case 'lap':
    case 'lat':
    case 'lon':
      takeNumber(document, takes, parseDecimal(trimmed));
      break;
    case 'time':
      setPointTimeText(document, trimmed);
      break;
    case 'trigger':
      takeTrigger(document, trimmed);
      break;
    case 'id':
      takeId(document, trimmed);
      break;
    case 'name':
    case 'notes':
      document.into[takes.as] ??= trimmed;
      break;
    case 'device':
    case 'software':
      document[takes.as] ??= trimmed;
  }
}

/** The same for a number; NaN where the text was none. */
export function takeNumber(document: TcxDocument, takes: Taken, value: number): void {
  if (takes.as === 'point') setPointNumber(document, takes.range, value);
  else if (takes.as === 'lap') takeTotal(document, takes.total, value);
  else if (takes.as === 'lat' || takes.as === 'lon')
    document[takes.as] = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

export function isNumber({ as }: Taken): boolean {
  return as === 'point' || as === 'lap' || as === 'lat' || as === 'lon';
}
