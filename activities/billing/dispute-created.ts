import { noteDispute } from '../../db/stripe-disputes.ts';
import type { EventType } from './event-type.ts';

/** A bank asks its money back. Nobody is suspended: an operator looks at it in the Stripe Dashboard, where it must be answered in time. */
export const disputeCreated: EventType = {
  mirrors: () => [],
  effects: async (tx, { objectId }) => {
    if (objectId === null || !(await noteDispute(tx, objectId))) return undefined;
    return { level: 'warn', fact: 'charge disputed', dispute: objectId };
  },
};
