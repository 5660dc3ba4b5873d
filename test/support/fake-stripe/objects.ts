import Stripe from 'stripe';

/*
 * Objects as Stripe makes them, with the package's own types, so that a new version of the package that changes their shape does
 * not compile. What a test wants otherwise it names in `changes`.
 */

/** A moment as Stripe tells it: whole seconds. */
export type Seconds = number;

export function customer(id: string, created: Seconds, changes: Partial<Stripe.Customer> = {}): Stripe.Customer {
  return {
    id,
    object: 'customer',
    balance: 0,
    created,
    default_source: null,
    delinquent: false,
    description: null,
    email: null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    shipping: null,
    tax_exempt: 'none',
    ...changes,
  };
}

export interface SubscriptionParts {
  readonly customer: string;
  readonly price?: string;
  readonly periodEnd: Seconds;
  readonly changes?: Partial<Stripe.Subscription>;
}

export function subscription(id: string, created: Seconds, parts: SubscriptionParts): Stripe.Subscription {
  return {
    ...NOTHING_SPECIAL,
    id,
    object: 'subscription',
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: created,
    billing_mode: { flexible: null, type: 'classic' },
    billing_schedules: [],
    cancel_at_period_end: false,
    collection_method: 'charge_automatically',
    created,
    currency: 'eur',
    customer: parts.customer,
    discounts: [],
    invoice_settings: {
      ...{ account_tax_ids: null, custom_fields: null, description: null, footer: null },
      issuer: { type: 'self' },
    },
    items: listOf(`/v1/subscription_items?subscription=${id}`, [item(id, created, parts)]),
    livemode: false,
    metadata: {},
    start_date: created,
    status: 'active',
    trial_settings: { end_behavior: { billing_cycle_anchor: 'unchanged', missing_payment_method: 'create_invoice' } },
    ...parts.changes,
  };
}

const NOTHING_SPECIAL = {
  application: null,
  application_fee_percent: null,
  billing_cycle_anchor_config: null,
  billing_thresholds: null,
  cancel_at: null,
  canceled_at: null,
  cancellation_details: null,
  customer_account: null,
  days_until_due: null,
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  ended_at: null,
  latest_invoice: null,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
  trial_end: null,
  trial_start: null,
} satisfies Partial<Stripe.Subscription>;

/** A subscription's one line: since 2025 the period stands here, not on the subscription. */
export function item(subscription: string, created: Seconds, parts: SubscriptionParts): Stripe.SubscriptionItem {
  const { price: priceId = 'price_monthly', periodEnd } = parts;
  return {
    id: `si_${subscription}`,
    object: 'subscription_item',
    billing_thresholds: null,
    created,
    current_period_end: periodEnd,
    current_period_start: created,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: plan(priceId, created),
    price: price(priceId, created),
    quantity: 1,
    subscription,
    tax_rates: [],
  };
}

function price(id: string, created: Seconds): Stripe.Price {
  return {
    id,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created,
    currency: 'eur',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: 'prod_of_the_fake',
    recurring: { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: 700,
    unit_amount_decimal: null,
  };
}

function plan(id: string, created: Seconds): Stripe.Plan {
  return {
    id,
    object: 'plan',
    active: true,
    amount: 700,
    amount_decimal: null,
    billing_scheme: 'per_unit',
    created,
    currency: 'eur',
    interval: 'month',
    interval_count: 1,
    livemode: false,
    metadata: {},
    meter: null,
    nickname: null,
    product: 'prod_of_the_fake',
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}

export function paymentMethod(
  id: string,
  created: Seconds,
  {
    card: cardChanges,
    ...changes
  }: Partial<Omit<Stripe.PaymentMethod, 'card'>> & { card?: Partial<Stripe.PaymentMethod.Card> } = {},
): Stripe.PaymentMethod {
  const card: Stripe.PaymentMethod.Card = {
    brand: 'visa',
    checks: null,
    country: 'DE',
    display_brand: 'visa',
    exp_month: 12,
    exp_year: 2030,
    fingerprint: null,
    funding: 'credit',
    generated_from: null,
    last4: '4242',
    networks: null,
    regulated_status: null,
    three_d_secure_usage: null,
    wallet: null,
    ...cardChanges,
  };
  return {
    id,
    object: 'payment_method',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card,
    created,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
    ...changes,
  };
}

export function coupon(id: string, created: Seconds, changes: Partial<Stripe.Coupon> = {}): Stripe.Coupon {
  return {
    id,
    object: 'coupon',
    amount_off: null,
    created,
    currency: null,
    duration: 'once',
    duration_in_months: null,
    livemode: false,
    max_redemptions: null,
    metadata: {},
    name: null,
    percent_off: 25,
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
    ...changes,
  };
}

export function promotionCode(
  id: string,
  created: Seconds,
  changes: Partial<Stripe.PromotionCode> = {},
): Stripe.PromotionCode {
  return {
    id,
    object: 'promotion_code',
    active: true,
    code: id.toUpperCase(),
    created,
    customer: null,
    customer_account: null,
    expires_at: null,
    livemode: false,
    max_redemptions: null,
    metadata: {},
    promotion: { type: 'coupon', coupon: 'coupon_of_the_fake' },
    restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: 0,
    ...changes,
  };
}

/** An endpoint that all events are sent to. Its secret is shown when it is made and never again. */
export function webhookEndpoint(
  id: string,
  created: Seconds,
  changes: Partial<Stripe.WebhookEndpoint> = {},
): Stripe.WebhookEndpoint {
  return {
    id,
    object: 'webhook_endpoint',
    api_version: Stripe.API_VERSION,
    application: null,
    created,
    description: null,
    enabled_events: ['*'],
    livemode: false,
    metadata: {},
    status: 'enabled',
    url: 'https://cairn.example.org/v1/webhooks/stripe',
    ...changes,
  };
}

export function listOf<Item>(url: string, data: Item[], hasMore = false): Stripe.ApiList<Item> {
  return { object: 'list', data, has_more: hasMore, url };
}
