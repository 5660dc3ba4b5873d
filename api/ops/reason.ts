import { Type } from 'typebox';
import { REASON_CHARACTERS_AT_LEAST } from './redrive.ts';

/** Why an operator does what he does; every order has one. */
export const REASON = Type.String({
  minLength: REASON_CHARACTERS_AT_LEAST,
  maxLength: 500,
  pattern: '^[^\\u0000-\\u0020][^\\u0000]*[^\\u0000-\\u0020]$', // Postgres keeps no NUL
  description: 'For whoever asks later; kept with the id of your key. Spaces around it are refused.',
  examples: ['the blob store was restored from backup'],
});

/** Who orders it, and why. */
export interface OrderedBy {
  readonly actor: string;
  readonly reason: string;
}
