/** What the site can be told; callers' code knows these names (docs/reference/webhooks.md). */
export type WebhookType =
  | 'track.ready'
  | 'track.failed'
  | 'track.deleted'
  | 'card.expiring'
  | 'trial.ending'
  | 'payment.failed'
  | 'webhook.test';
