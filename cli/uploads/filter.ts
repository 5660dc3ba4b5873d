import type { DeadLetterFilter } from '../../db/dead-letters.ts';
import type { FailureKind } from '../../domain/upload/failure-kinds.ts';
import { momentOf } from '../moments.ts';

/** What `failed` and `redrive` have in common. */
export interface FilterOptions {
  readonly code?: string;
  readonly kind?: FailureKind;
  readonly since?: string;
  readonly until?: string;
  readonly build?: string;
  readonly account?: string;
  readonly kept?: true;
}

/** Without code and kind, which `codesAsked` puts together. */
export function filterOf(options: FilterOptions): Omit<DeadLetterFilter, 'codes'> {
  return {
    state: options.kept ? 'ready' : 'failed',
    from: momentOf('--since', options.since),
    to: momentOf('--until', options.until),
    build: options.build,
    account: options.account,
  };
}
