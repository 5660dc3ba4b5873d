import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';

/** What a caller may say about a recording besides its bytes; in the query, or in fields of the form. */
export interface UploadFields {
  readonly name: string | null;
  readonly sport: string | null;
  readonly externalId: string | null;
}

/** Throws `request/invalid` on a field that is too long. Control characters become spaces. */
export function readUploadFields(given: Readonly<Record<string, unknown>>): UploadFields {
  return {
    name: readField(given, 'name', LIMITS.nameCharacters.value),
    sport: readField(given, 'sport', LIMITS.sportCharacters.value),
    externalId: readField(given, 'externalId', LIMITS.externalIdCharacters.value),
  };
}

function readField(given: Readonly<Record<string, unknown>>, name: string, charactersAtMost: number): string | null {
  const value = given[name];
  if (typeof value !== 'string') return null;
  const text = value
    .replace(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .trim();
  if (text.length > charactersAtMost) {
    throw new Rejection('request/invalid', { detail: `The field ${name} is over ${charactersAtMost} characters.` });
  }
  return text === '' ? null : text;
}

/** Field by field: what the form says, else what the query says. */
export function inFavourOf(first: UploadFields, second: UploadFields): UploadFields {
  return {
    name: first.name ?? second.name,
    sport: first.sport ?? second.sport,
    externalId: first.externalId ?? second.externalId,
  };
}
