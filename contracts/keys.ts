/** A site key acts for any account it names, an account key for its one account, an operator key for operations. */
export const KEY_KINDS = ['site', 'account', 'operator'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];
