/** Task queues by kind of work. Histories and worker processes remember these names. */
export const QUEUES = {
  /** Somebody is waiting: workflows of uploads, and their ordinary files. */
  interactive: 'cairn-interactive',
  /** Large files, one step each; away from the ordinary ones so that those never wait behind them. */
  heavy: 'cairn-heavy',
  /** Nobody is waiting: scheduled work, workflows and steps. */
  maintenance: 'cairn-maintenance',
  /** Money: Stripe's events, workflows and steps. Waits for Stripe, so nothing else shall wait behind it. */
  billing: 'cairn-billing',
  /** Waiting for the site's endpoint, one step per message: however slow it is, nobody else waits. */
  webhooks: 'cairn-webhooks',
} as const;

/** Short names, as settings have them. */
export type QueueKind = keyof typeof QUEUES;
export type QueueName = (typeof QUEUES)[QueueKind];
