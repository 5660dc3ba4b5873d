import type { RejectionCode } from './rejections.ts';

/** It becomes part of a workflow's id. */
export const STRIPE_EVENT_ID = /^evt_\w{1,200}$/;

export const STRIPE_EVENT_STATES = ['received', 'processing', 'processed', 'ignored', 'dead'] as const;
export type StripeEventState = (typeof STRIPE_EVENT_STATES)[number];

/** How an event came: delivered by Stripe, found in its list of events, or brought by hand. */
export const STRIPE_EVENT_SOURCES = ['webhook', 'reconcile', 'manual'] as const;
export type StripeEventSource = (typeof STRIPE_EVENT_SOURCES)[number];

export interface StripeEventRun {
  /** Stripe's id. */
  readonly eventId: string;
  readonly run: number;
}

export type StripeEventResult =
  | { readonly outcome: 'processed' }
  | { readonly outcome: 'ignored'; readonly reason: IgnoredReason }
  /** Kept for an operator, who may run it again. */
  | { readonly outcome: 'dead'; readonly reason: RejectionCode }
  /** It has ended before, or another run of it has taken over; this one changed nothing. */
  | { readonly outcome: 'superseded' };

/** Why an event was stored and nothing else: of a type that says nothing to Cairn, or of somebody else. */
export const IGNORED_REASONS = ['unknown-type', 'other-mode', 'connected-account'] as const;
export type IgnoredReason = (typeof IGNORED_REASONS)[number];
/** Why a dead one is ignored: somebody has said that it shall be. */
export const IGNORED_BY_OPERATOR = 'by-operator';

/** Of the canary's events, which Stripe never sends; they count nowhere. */
export const CANARY_EVENT_TYPE = 'cairn.canary';

export interface BuryStripeEventInput extends StripeEventRun {
  readonly reason: RejectionCode;
}

/** The steps of an event of Stripe's. */
export interface StripeEventSteps {
  /** Load and claim, fetch what it is about, write that and the end of the event in one transaction. */
  processStripeEvent(input: StripeEventRun): Promise<StripeEventResult>;
  /** Write down that nobody tries this run any more, and why. */
  buryStripeEvent(input: BuryStripeEventInput): Promise<StripeEventResult>;
}
