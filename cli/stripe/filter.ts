import { STRIPE_EVENT_STATES, type StripeEventSource, type StripeEventState } from '../../contracts/stripe-events.ts';
import type { StripeEventFilter } from '../../db/stripe-event-lists.ts';
import { momentOf } from '../moments.ts';
import { UsageError } from '../settings.ts';

/** What `list` and `replay` have in common. */
export interface FilterOptions {
  readonly state?: string;
  readonly type?: string;
  readonly object?: string;
  readonly customer?: string;
  readonly code?: string;
  readonly source?: StripeEventSource;
  readonly since?: string;
  readonly until?: string;
}

export function filterOf(options: FilterOptions): StripeEventFilter {
  const { type, object, customer, code: reason, source } = options;
  return {
    ...{ type, object, customer, reason, source },
    state: stateOf(options.state),
    from: momentOf('--since', options.since),
    to: momentOf('--until', options.until),
  };
}

function stateOf(text: string | undefined): StripeEventState | undefined {
  const state = STRIPE_EVENT_STATES.find((each) => each === text);
  if (text !== undefined && !state) throw new UsageError(`--state must be one of ${STRIPE_EVENT_STATES.join(', ')}`);
  return state;
}
