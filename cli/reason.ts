import { REASON_CHARACTERS_AT_LEAST } from '../api/ops/redrive.ts';
import { UsageError } from './settings.ts';

/** The reason of an operator's action. Throws `UsageError` when it is too short to be one. */
export function reasonOf({ reason }: { readonly reason: string }): string {
  const text = reason.trim();
  if ([...text].length >= REASON_CHARACTERS_AT_LEAST) return text; // characters, as Postgres counts them
  throw new UsageError(`--reason: at least ${REASON_CHARACTERS_AT_LEAST} characters.`);
}
