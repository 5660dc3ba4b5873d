import type Stripe from 'stripe';
import { listOf, type Seconds } from './objects.ts';

export interface InvoiceParts {
  readonly customer: string;
  readonly subscription?: string;
  readonly amountCents?: number;
  readonly changes?: Partial<Stripe.Invoice>;
}

/** An open invoice of a subscription's period, or of nothing. */
export function invoice(id: string, created: Seconds, parts: InvoiceParts): Stripe.Invoice {
  const { amountCents = 700, subscription } = parts;
  return {
    ...NOTHING_SPECIAL,
    ...amounts(amountCents),
    id,
    object: 'invoice',
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    billing_reason: subscription === undefined ? 'manual' : 'subscription_cycle',
    collection_method: 'charge_automatically',
    created,
    currency: 'eur',
    customer: parts.customer,
    default_tax_rates: [],
    discounts: [],
    issuer: { type: 'self' },
    lines: listOf(`/v1/invoices/${id}/lines`, []),
    livemode: false,
    metadata: {},
    parent: subscription === undefined ? null : parentOf(subscription),
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: created,
    period_start: created,
    status: 'open',
    status_transitions: { finalized_at: created, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    ...parts.changes,
  };
}

/** What a payment, or its failure, changes. */
export function paid(invoice: Stripe.Invoice, at: Seconds): Partial<Stripe.Invoice> {
  return {
    ...{ status: 'paid', amount_paid: invoice.amount_due, amount_remaining: 0, attempted: true },
    ...{ attempt_count: invoice.attempt_count + 1, next_payment_attempt: null },
    status_transitions: { ...invoice.status_transitions, paid_at: at },
  };
}

function amounts(cents: number) {
  return {
    amount_due: cents,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_paid_off_stripe: 0,
    amount_remaining: cents,
    amount_shipping: 0,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: 0,
    subtotal: cents,
    subtotal_excluding_tax: cents,
    total: cents,
    total_excluding_tax: cents,
    ending_balance: 0,
  };
}

/** Since 2025 the subscription stands here, not on the invoice itself. */
function parentOf(subscription: string): Stripe.Invoice.Parent {
  const details = { metadata: null, pause_collection: null, subscription };
  return { quote_details: null, subscription_details: details, type: 'subscription_details' };
}

const NOTHING_SPECIAL = {
  account_country: 'DE',
  account_name: null,
  account_tax_ids: null,
  application: null,
  automatically_finalizes_at: null,
  custom_fields: null,
  customer_account: null,
  customer_address: null,
  customer_email: null,
  customer_name: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  default_payment_method: null,
  default_source: null,
  description: null,
  due_date: null,
  effective_at: null,
  footer: null,
  from_invoice: null,
  last_finalization_error: null,
  latest_revision: null,
  next_payment_attempt: null,
  number: null,
  on_behalf_of: null,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
} satisfies Partial<Stripe.Invoice>;
