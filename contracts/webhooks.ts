import type { RejectionCode } from './rejections.ts';

/** What the site can be told; callers' code knows these names (docs/reference/webhooks.md). */
export const WEBHOOK_TYPES = [
  'track.ready',
  'track.failed',
  'track.deleted',
  'card.expiring',
  'trial.ending',
  'payment.failed',
  'webhook.test',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** `pending`: under way, or waiting for an endpoint. `parked`: given up, until an operator replays it. */
export const WEBHOOK_STATES = ['pending', 'delivered', 'parked'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** As receivers see it: the same for every attempt and every replay of one message. */
export const webhookId = (messageId: string): string => `msg_${messageId}`;

/** What secrets of the endpoint are sealed for, and open for nothing else. */
export const SEALED_FOR = 'webhook secret';

export interface DeliverWebhookInput {
  readonly messageId: string;
  readonly run: number;
}

export interface DeliverWebhookResult {
  /** `held`: nobody may be told now, the endpoint is disabled. `superseded`: it is of a later run, or gone. */
  readonly outcome: 'delivered' | 'parked' | 'held' | 'superseded';
}

export interface ParkWebhookInput extends DeliverWebhookInput {
  readonly code: RejectionCode;
}

export interface WebhookSteps {
  /** Loads the message, signs and sends it, and writes down what came of it. Its retries are the attempts of the delivery. */
  sendWebhook(input: DeliverWebhookInput): Promise<DeliverWebhookResult>;
  /** The delivery will not be tried again by itself. */
  parkWebhook(input: ParkWebhookInput): Promise<DeliverWebhookResult>;
}
