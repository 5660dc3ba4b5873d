/** Stripe's objects as Cairn keeps them: the part that somebody here reads, in our own words of time and money. */
export interface CustomerMirror {
  readonly id: string;
  readonly livemode: boolean;
  readonly accountExternalId: string | null;
  readonly defaultPaymentMethodId: string | null;
  readonly delinquent: boolean;
}

export interface SubscriptionMirror {
  readonly id: string;
  readonly customerId: string;
  readonly livemode: boolean;
  readonly status: string;
  readonly priceIds: readonly string[];
  /** The latest of its items'; null without any. */
  readonly currentPeriodStart: Date | null;
  /** The latest of its items'; null without any. */
  readonly currentPeriodEnd: Date | null;
  readonly cancelAtPeriodEnd: boolean;
  readonly cancelAt: Date | null;
  readonly trialEnd: Date | null;
  readonly defaultPaymentMethodId: string | null;
  readonly latestInvoiceId: string | null;
}

export interface InvoiceMirror {
  readonly id: string;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
  readonly livemode: boolean;
  readonly status: string | null;
  readonly currency: string;
  readonly amountDueCents: number;
  readonly amountPaidCents: number;
  readonly attemptCount: number;
  readonly nextPaymentAttemptAt: Date | null;
  /** Of one that is sent; null: it is charged at once. */
  readonly dueAt: Date | null;
  readonly periodEnd: Date;
}

export interface PaymentMethodMirror {
  readonly id: string;
  readonly customerId: string | null;
  readonly livemode: boolean;
  readonly type: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

export interface CouponMirror {
  readonly id: string;
  readonly livemode: boolean;
  readonly valid: boolean;
  readonly redeemBy: Date | null;
  readonly timesRedeemed: number;
  readonly maxRedemptions: number | null;
}

export interface PromotionCodeMirror {
  readonly id: string;
  readonly couponId: string;
  readonly customerId: string | null;
  readonly livemode: boolean;
  readonly active: boolean;
  readonly expiresAt: Date | null;
  readonly timesRedeemed: number;
  readonly maxRedemptions: number | null;
}

export interface CheckoutSessionMirror {
  readonly id: string;
  /** Null: somebody paid as a guest. */
  readonly customerId: string | null;
  readonly livemode: boolean;
  readonly status: string | null;
  /** Its `client_reference_id`. */
  readonly accountExternalId: string | null;
  readonly createdAt: Date;
}

/** By Stripe's own names of the kinds. */
export interface Mirrors {
  readonly customer: CustomerMirror;
  readonly subscription: SubscriptionMirror;
  readonly invoice: InvoiceMirror;
  readonly payment_method: PaymentMethodMirror;
  readonly coupon: CouponMirror;
  readonly promotion_code: PromotionCodeMirror;
  readonly checkout_session: CheckoutSessionMirror;
}

export type MirroredKind = keyof Mirrors;

export interface ObjectRef {
  readonly kind: MirroredKind;
  readonly id: string;
}
