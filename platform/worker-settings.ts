import { QUEUES, type QueueKind, type QueueName } from '../contracts/queues.ts';
import { optional, setting, type ValuesOf } from './settings.ts';

/** What a worker process takes on. Several processes may differ: one queue each, or one queue by many. */
export interface WorkerSettings {
  readonly queues: readonly QueueName[];
  readonly limits: WorkerLimits;
  /** What becomes of open runs when another build is current: they move on to it, or stay; `off`: builds are not told apart. */
  readonly versioning: Versioning;
  /** Who makes a new build current: its first workers, or an operator (`cairn release`). */
  readonly release: 'at-start' | 'by-order';
}

const VERSIONING = ['auto-upgrade', 'pinned', 'off'] as const;
export type Versioning = (typeof VERSIONING)[number];

/** How much a worker process has in hand at once. */
export interface WorkerLimits {
  /** Steps, by queue. */
  readonly slots: Readonly<Record<QueueKind, number>>;
  /** Long polls at Temporal per queue, of workflow tasks and of steps each; never more than there are slots. */
  readonly pollers: number;
}

/** Digests: more than the reader has processes, so that saving one overlaps with reading the next. */
const SLOTS_INTERACTIVE = 8;
/** A large file takes up to 768 MB while it is read. */
const SLOTS_HEAVY = 1;
/** One of each schedule, and room for what operators ask for: two bulk reprocesses at most (api/dispatch/reprocesses.ts). Jobs wait for the database, so they cost little here. */
const SLOTS_MAINTENANCE = 6;
/** They wait for Stripe, which answers within a second. */
const SLOTS_BILLING = 8;
/** Requests to the site's endpoint at once: what a small site bears. They wait, and cost little here. */
const SLOTS_WEBHOOKS = 8;
/** Temporal's own default. A poll brings one task; more pay where Temporal is far away, and cost it a connection's work each. */
const POLLERS = 10;

export const DEFAULT_LIMITS: WorkerLimits = {
  slots: {
    interactive: SLOTS_INTERACTIVE,
    heavy: SLOTS_HEAVY,
    maintenance: SLOTS_MAINTENANCE,
    billing: SLOTS_BILLING,
    webhooks: SLOTS_WEBHOOKS,
  },
  pollers: POLLERS,
};

export const WORKER_SETTINGS = {
  CAIRN_WORKER_QUEUES: optional(
    `Queues that a worker process polls, of \`${Object.keys(QUEUES).join('`, `')}\`, separated by commas; without it all.`,
    parseQueues,
  ),
  CAIRN_SLOTS_INTERACTIVE: setting(
    'Steps of uploads and ordinary files that one worker process has in hand at once.',
    between(1, 200),
    String(SLOTS_INTERACTIVE),
  ),
  CAIRN_SLOTS_HEAVY: setting(
    'Large files that one worker process reads at once; each takes up to 768 MB.',
    between(1, 16),
    String(SLOTS_HEAVY),
  ),
  CAIRN_SLOTS_MAINTENANCE: setting(
    'Scheduled jobs and bulk reprocesses that one worker process runs at once; the latter are two at most.',
    between(3, 200),
    String(SLOTS_MAINTENANCE),
  ),
  CAIRN_SLOTS_BILLING: setting(
    "Stripe's events and orders that one worker process has in hand at once.",
    between(1, 200),
    String(SLOTS_BILLING),
  ),
  CAIRN_SLOTS_WEBHOOKS: setting(
    "Requests to the site's endpoint of one worker process at once.",
    between(1, 200),
    String(SLOTS_WEBHOOKS),
  ),
  CAIRN_POLLERS: setting(
    'Long polls at Temporal per queue of one worker process, of workflow tasks and of steps each.',
    between(2, 100),
    String(POLLERS),
  ),
  CAIRN_VERSIONING: setting(
    'What becomes of open runs when another build is current: `auto-upgrade` moves them on, `pinned` leaves them where they began, so old workers must stay until they are drained; `off`: workers have no versions.',
    oneOf(VERSIONING),
    'auto-upgrade',
  ),
  CAIRN_RELEASE: setting(
    'Who makes a new build current: `at-start`, its first workers; `by-order`, an operator with `cairn release`.',
    oneOf(['at-start', 'by-order']),
    'at-start',
  ),
} as const;

export function workerSettingsOf(value: ValuesOf<typeof WORKER_SETTINGS>): WorkerSettings {
  return {
    queues: value.CAIRN_WORKER_QUEUES ?? Object.values(QUEUES),
    limits: {
      slots: {
        interactive: value.CAIRN_SLOTS_INTERACTIVE,
        heavy: value.CAIRN_SLOTS_HEAVY,
        maintenance: value.CAIRN_SLOTS_MAINTENANCE,
        billing: value.CAIRN_SLOTS_BILLING,
        webhooks: value.CAIRN_SLOTS_WEBHOOKS,
      },
      pollers: value.CAIRN_POLLERS,
    },
    versioning: value.CAIRN_VERSIONING,
    release: value.CAIRN_RELEASE,
  };
}

function parseQueues(value: string): readonly QueueName[] {
  const names = [...new Set(value.split(',').map((name) => name.trim()))];
  if (!names.every(isKind)) {
    throw new Error(`must be names of queues (${Object.keys(QUEUES).join(', ')}), separated by commas`);
  }
  return names.map((name) => QUEUES[name]);
}

function isKind(name: string): name is QueueKind {
  return Object.hasOwn(QUEUES, name);
}

function oneOf<const Word extends string>(words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`);
    return found;
  };
}

/** A whole number. */
export function between(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d{1,4}$/.test(value) || number < least || number > most) {
      throw new Error(`must be a whole number, ${least} to ${most}`);
    }
    return number;
  };
}
