import type { MirroredKind } from '../../domain/billing/mirrors.ts';
import { disputeCreated } from './dispute-created.ts';
import type { EventType } from './event-type.ts';
import { paymentFailed } from './payment-failed.ts';
import { trialWillEnd } from './trial-will-end.ts';

/** Types that only say that an object has changed. */
const changes = (kind: MirroredKind): EventType => ({
  mirrors: ({ objectId: id }) => (id === null ? [] : [{ kind, id }]),
});

/**
 * Every type that means something here; all others are stored and ignored. A type that does more than change an object has a file
 * of its own beside this one, and its line here.
 */
export const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  'customer.created': changes('customer'),
  'customer.updated': changes('customer'),
  'customer.deleted': changes('customer'),

  'customer.subscription.created': changes('subscription'),
  'customer.subscription.updated': changes('subscription'),
  'customer.subscription.deleted': changes('subscription'),
  'customer.subscription.paused': changes('subscription'),
  'customer.subscription.resumed': changes('subscription'),
  'customer.subscription.pending_update_applied': changes('subscription'),
  'customer.subscription.pending_update_expired': changes('subscription'),
  'customer.subscription.trial_will_end': trialWillEnd,

  'invoice.created': changes('invoice'),
  'invoice.updated': changes('invoice'),
  'invoice.deleted': changes('invoice'),
  'invoice.finalized': changes('invoice'),
  'invoice.finalization_failed': changes('invoice'),
  'invoice.paid': changes('invoice'),
  'invoice.payment_succeeded': changes('invoice'),
  'invoice.payment_failed': paymentFailed,
  'invoice.payment_action_required': changes('invoice'),
  'invoice.overdue': changes('invoice'),
  'invoice.marked_uncollectible': changes('invoice'),
  'invoice.voided': changes('invoice'),

  'payment_method.attached': changes('payment_method'),
  'payment_method.updated': changes('payment_method'),
  'payment_method.automatically_updated': changes('payment_method'),
  'payment_method.detached': changes('payment_method'),

  // Whose the customer is, it may say.
  'checkout.session.completed': changes('checkout_session'),
  'checkout.session.async_payment_succeeded': changes('checkout_session'),

  'charge.dispute.created': disputeCreated,

  'coupon.created': changes('coupon'),
  'coupon.updated': changes('coupon'),
  'coupon.deleted': changes('coupon'),

  'promotion_code.created': changes('promotion_code'),
  'promotion_code.updated': changes('promotion_code'),
};
