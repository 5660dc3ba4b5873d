import { type Static, Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { DeadLetterFilter } from '../../db/dead-letters.ts';
import { FILTER } from './schemas.ts';

const _Filter = Type.Object(FILTER);

/** The filter without code and kind, which `codesAsked` puts together. */
export function filterOf(given: Static<typeof _Filter>): Omit<DeadLetterFilter, 'codes'> {
  const { state = 'failed', build, account, from, to } = given;
  return { state, build, account, from: maybe(from), to: maybe(to) };
}

/** The schema lets 23:59:60 pass, which is a moment of the calendar but not of the clock. */
export function momentOf(text: string): Date {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw new Rejection('request/invalid', { detail: `${text} is not a moment.` });
  return moment;
}

function maybe(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : momentOf(text);
}
