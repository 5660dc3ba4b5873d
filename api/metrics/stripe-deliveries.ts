import { Counter, type Registry } from 'prom-client';

/** Deliveries of Stripe's to this process, and which secret had signed them. */
export interface StripeDeliveryMetrics {
  readonly stripeDeliveries: Counter<'outcome'>;
  readonly stripeSecretMatches: Counter<'secret'>;
}

/** `not-stored`: Stripe was told to come again. The last five are codes of `billing/`. */
const OUTCOMES = [
  'stored',
  'duplicate',
  'resent',
  'conflict',
  'not-stored',
  'bad-signature',
  'stale-signature',
  'not-an-event',
  'thin-event',
  'too-many-forged',
];

export function countStripeDeliveries(registers: Registry[]): StripeDeliveryMetrics {
  const stripeDeliveries = new Counter({
    name: 'cairn_stripe_deliveries_total',
    help: "Deliveries of Stripe's events, by what came of them; conflict: another content under an id that is known; resent: a dead event that begins again.",
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of OUTCOMES) stripeDeliveries.inc({ outcome }, 0);
  const stripeSecretMatches = new Counter({
    name: 'cairn_stripe_secret_matches_total',
    help: 'Good signatures by the place of the secret in CAIRN_STRIPE_WEBHOOK_SECRETS; one that is not met for a day can go.',
    labelNames: ['secret'],
    registers,
  });
  return { stripeDeliveries, stripeSecretMatches };
}
