import { userInfo } from 'node:os';
import type { OrderedBy } from '../api/ops/reason.ts';
import { REASON_CHARACTERS_AT_LEAST } from '../api/ops/redrive.ts';
import { UsageError } from './settings.ts';

/** The reason of an operator's action. Throws `UsageError` when it is too short to be one. */
function reasonOf({ reason }: { readonly reason: string }): string {
  const text = reason.trim();
  if ([...text].length >= REASON_CHARACTERS_AT_LEAST) return text; // characters, as Postgres counts them
  throw new UsageError(`--reason: at least ${REASON_CHARACTERS_AT_LEAST} characters.`);
}

/** Who orders it on the command line, and why. */
export function orderedBy(options: { readonly reason: string }): OrderedBy {
  return { actor: `cli:${userInfo().username}`, reason: reasonOf(options) };
}
