/** Who said whose a customer is. `operator`: by hand. `metadata`: the customer's own. `checkout`: a session of it. */
export type LinkedBy = 'operator' | 'metadata' | 'checkout';

export interface Link {
  /** The site's own id of the account; null: nobody's. */
  readonly account: string | null;
  /** Null: nobody has said. An operator may also have said that it is nobody's. */
  readonly linkedBy: LinkedBy | null;
}

export interface LinkFacts {
  readonly kept: Link;
  /** `cairn_account` of the customer. */
  readonly metadata: string | null;
  /** `client_reference_id` of its first completed session that has one. */
  readonly checkout: string | null;
}

/**
 * Whose a customer is. What an operator said stays, whatever Stripe says. Otherwise the customer's metadata, which the site can change,
 * goes before a checkout, which is over and whose reference the buyer may have written. A function of the facts: neither the order of
 * events nor their number matters.
 */
export function linkOf({ kept, metadata, checkout }: LinkFacts): Link {
  if (kept.linkedBy === 'operator') return kept;
  if (isAccountName(metadata)) return { account: metadata, linkedBy: 'metadata' };
  if (isAccountName(checkout)) return { account: checkout, linkedBy: 'checkout' };
  return { account: null, linkedBy: null };
}

/** As sites name their accounts in `Cairn-Account`; other words name nobody. */
function isAccountName(word: string | null): word is string {
  return word !== null && /^[\x21-\x7e]{1,128}$/.test(word);
}
