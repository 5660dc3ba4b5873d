import { type Static, Type } from 'typebox';
import type { StripeEventFilter } from '../../db/stripe-event-lists.ts';
import { momentOf } from './filter.ts';
import { STRIPE_EVENT_FILTER } from './stripe-schemas.ts';

const _Filter = Type.Object(STRIPE_EVENT_FILTER);

/** The schema lets moments pass that are none. */
export function stripeFilterOf(given: Static<typeof _Filter>): StripeEventFilter {
  const { from, to, endedBefore, state, type, object, customer, reason, source } = given;
  return {
    ...{ state, type, object, customer, reason, source },
    ...{ from: maybe(from), to: maybe(to), endedBefore: maybe(endedBefore) },
  };
}

function maybe(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : momentOf(text);
}
