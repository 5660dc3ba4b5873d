import type { Tx } from '../../db/pool.ts';
import type { ObjectRef } from '../../domain/billing/mirrors.ts';

/** What an event says besides its type. Its payload is a hint: what is kept is what Stripe answers when it is asked. */
export interface EventHint {
  readonly objectId: string | null;
}

/** What is done for events of one type. */
export interface EventType {
  /** The objects that may have changed. */
  readonly mirrors: (hint: EventHint) => readonly ObjectRef[];
  /**
   * What else is done, by the mirrors as they are then, in the transaction that ends the event. Several events may say the same: each
   * effect has a key of its own. What is to be logged once it is committed; undefined of nothing new.
   */
  readonly effects?: (tx: Tx, hint: EventHint) => Promise<EventFact | undefined>;
}

/** A line of the log: ids and codes. What users do, or their banks, is `info`. */
export interface EventFact extends Readonly<Record<string, unknown>> {
  readonly level: 'info' | 'warn';
  readonly fact: string;
}
