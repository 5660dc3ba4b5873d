import { row } from './rejection-row.ts';

/** What a delivery of Stripe's is refused for, and why an event is dead. Part of `REJECTIONS`. */
export const OF_BILLING = {
  'billing/not-configured': row(
    404,
    'user',
    'This installation takes no events of Stripe.',
    'Set `CAIRN_STRIPE_WEBHOOK_SECRETS` and `CAIRN_STRIPE_API_KEY`, or remove the endpoint at Stripe.',
  ),
  'billing/bad-signature': row(
    400,
    'user',
    'The signature is missing, or none of ours.',
    "Send what Stripe signed, byte by byte; the endpoint's signing secret must be among `CAIRN_STRIPE_WEBHOOK_SECRETS`.",
  ),
  'billing/too-many-forged': row(
    429,
    'user',
    'Too many deliveries from this address were not signed by Stripe.',
    'Stop, or wait as long as `Retry-After` says.',
  ),
  'billing/stale-signature': row(
    400,
    'user',
    'The signature is too old, or of the future.',
    'Deliver at once, and set the clocks of both sides.',
  ),
  'billing/not-an-event': row(400, 'user', 'The body is no event of Stripe.', 'Send snapshot events, one per request.'),
  'billing/thin-event': row(
    400,
    'user',
    'Thin events are not taken.',
    'Let the endpoint at Stripe send snapshot events.',
  ),
  'billing/body-removed': row(
    410,
    'user',
    'The body of this event is not kept.',
    'Look at the event in the Stripe Dashboard, as long as Stripe has it.',
  ),
  'billing/event-not-dead': row(
    409,
    'user',
    'Only dead events can be ignored.',
    'Look at its state: it is open, or has ended otherwise.',
  ),
  'billing/stripe-refused': row(
    500,
    'operator',
    'Stripe refuses to show the object that the event is about.',
    'Look at the request in the Stripe Dashboard, then run the event again.',
  ),
  'billing/key-refused': row(
    500,
    'operator',
    'Stripe refuses the API key.',
    'Set a `CAIRN_STRIPE_API_KEY` that may read what events are about, then run the event again.',
  ),
  'billing/no-plans': row(
    500,
    'operator',
    'No price is set that buys a plan, so entitlements made again would be none.',
    'Set `CAIRN_STRIPE_PLANS` of the workers, then order it again.',
  ),
  'billing/reconcile-late': row(
    500,
    'operator',
    'Reconcile stood still for more than 25 days; it has caught up now, and Stripe may have forgotten events before.',
    'Find out in its ledger why it stood still. Then verify the mirrors against Stripe, with repair.',
  ),
} as const;
