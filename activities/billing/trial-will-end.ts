import { recordNotice } from '../../db/billing-notices.ts';
import type { Tx } from '../../db/pool.ts';
import { findTrial } from '../../db/stripe-subscriptions.ts';
import type { EventType } from './event-type.ts';

/** Three days before a trial ends, or at once when it is made that short; also with the end itself, so what is so now counts. */
export const trialWillEnd: EventType = {
  mirrors: ({ objectId: id }) => (id === null ? [] : [{ kind: 'subscription', id }]),
  effects: async (tx, { objectId }) => {
    if (objectId === null || !(await noticeTrialEnding(tx, objectId))) return undefined;
    return { level: 'info', fact: 'trial ending', subscription: objectId };
  },
};

/**
 * Notices that a trial ends, by its mirror: once for each end, whoever sees it first. False when it was noticed before, or is no trial
 * any more.
 */
export async function noticeTrialEnding(tx: Tx, subscriptionId: string): Promise<boolean> {
  const trial = await findTrial(tx, subscriptionId);
  if (!trial) return false;
  const endsAt = trial.trialEnd.toISOString();
  return recordNotice(tx, {
    kind: 'trial.ending',
    subject: subscriptionId,
    period: endsAt,
    customerId: trial.customerId,
    data: { customerId: trial.customerId, subscriptionId, endsAt, willCancel: trial.willCancel },
  });
}
