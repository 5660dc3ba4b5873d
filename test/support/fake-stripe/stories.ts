import type Stripe from 'stripe';
import { checkoutSession } from './checkout-session.ts';
import { invoice, paid } from './invoice.ts';
import { lifeOf } from './life.ts';
import { coupon, customer, paymentMethod, promotionCode, type Seconds, subscription } from './objects.ts';
import type { FakeEvent, Held, Kind, World } from './world.ts';

/** One thing that happens at the fake, and its event. */
export type Step = () => FakeEvent;

const DAY_S = 86_400;
const MONTH_S = 30 * DAY_S;

/** What `cairn stripe send` can be told: each type of the table, and a whole life. */
export function storyNames(): readonly string[] {
  return [...Object.keys(STORIES), DISPUTE, 'life'];
}

/** The fake holds no disputes, and nobody fetches one. */
const DISPUTE = 'charge.dispute.created';

/**
 * What happens when somebody asks for an event of this type: the event, and before it what must have happened for it, as far as it
 * has not. Of one account: its ids are made of the account's, so one story goes on where the last one stopped. Undefined for a name
 * that is none.
 */
export function storyOf(world: World, name: string, account: string): readonly Step[] | undefined {
  if (name === 'life') return lifeOf(world, account);
  if (name === DISPUTE) return [() => world.tell(name, { id: `dp_${account}`, object: 'dispute', livemode: false })];
  const story = STORIES[name];
  if (!story) return undefined;
  const { kind, isEnd = false, changes = {} } = story;
  const tell = () => {
    const object = Object.assign(currently(world, kind, account), laterOf(world.now, changes));
    return isEnd ? world.remove(name, object) : world.happen(name, object);
  };
  return [...customerBefore(world, kind, account), tell];
}

/** What there can be an event about. */
type Told = Exclude<Kind, 'webhook_endpoint'>;

interface Story {
  readonly kind: Told;
  /** The object is gone afterwards. */
  readonly isEnd?: true;
  /** What is so afterwards; a function of the moment where it holds moments. */
  readonly changes?: Changes;
}

type Changes = Readonly<Record<string, unknown>> | ((now: Seconds) => Readonly<Record<string, unknown>>);

function laterOf(now: Seconds, changes: Changes) {
  return typeof changes === 'function' ? changes(now) : changes;
}

const FAILED = (now: Seconds) => {
  return { status: 'open', attempted: true, attempt_count: 1, next_payment_attempt: now + 3 * DAY_S };
};
const PAID = (now: Seconds) => paid(invoice('in', now, { customer: 'cus' }), now);

/** A line per type that Cairn handles; a test holds it to that. */
const STORIES: Readonly<Record<string, Story>> = {
  'customer.created': { kind: 'customer' },
  'customer.updated': { kind: 'customer' },
  'customer.deleted': { kind: 'customer', isEnd: true },

  'customer.subscription.created': { kind: 'subscription', changes: { status: 'active', ended_at: null } },
  'customer.subscription.updated': { kind: 'subscription' },
  'customer.subscription.deleted': {
    kind: 'subscription',
    changes: (now) => ({ status: 'canceled', canceled_at: now, ended_at: now }),
  },
  'customer.subscription.paused': { kind: 'subscription', changes: { status: 'paused' } },
  'customer.subscription.resumed': { kind: 'subscription', changes: { status: 'active' } },
  'customer.subscription.pending_update_applied': { kind: 'subscription' },
  'customer.subscription.pending_update_expired': { kind: 'subscription' },
  'customer.subscription.trial_will_end': {
    kind: 'subscription',
    changes: (now) => ({ status: 'trialing', trial_start: now - 11 * DAY_S, trial_end: now + 3 * DAY_S }),
  },

  'invoice.created': { kind: 'invoice', changes: { status: 'draft' } },
  'invoice.updated': { kind: 'invoice' },
  'invoice.deleted': { kind: 'invoice', isEnd: true },
  'invoice.finalized': { kind: 'invoice', changes: { status: 'open' } },
  'invoice.finalization_failed': { kind: 'invoice', changes: { status: 'draft' } },
  'invoice.paid': { kind: 'invoice', changes: PAID },
  'invoice.payment_succeeded': { kind: 'invoice', changes: PAID },
  'invoice.payment_failed': { kind: 'invoice', changes: FAILED },
  'invoice.payment_action_required': { kind: 'invoice', changes: FAILED },
  'invoice.overdue': { kind: 'invoice', changes: { status: 'open' } },
  'invoice.marked_uncollectible': { kind: 'invoice', changes: { status: 'uncollectible' } },
  'invoice.voided': { kind: 'invoice', changes: { status: 'void' } },

  'payment_method.attached': { kind: 'payment_method' },
  'payment_method.updated': { kind: 'payment_method' },
  'payment_method.automatically_updated': { kind: 'payment_method' },
  'payment_method.detached': { kind: 'payment_method', changes: { customer: null } },

  'coupon.created': { kind: 'coupon' },
  'coupon.updated': { kind: 'coupon' },
  'coupon.deleted': { kind: 'coupon', isEnd: true },

  'checkout.session.completed': { kind: 'checkout.session' },
  'checkout.session.async_payment_succeeded': { kind: 'checkout.session' },

  'promotion_code.created': { kind: 'promotion_code' },
  'promotion_code.updated': { kind: 'promotion_code', changes: { active: false } },
};

/** The account's object of this kind as the fake has it, else a new one. */
function currently(world: World, kind: Told, account: string): Held {
  const made = OBJECTS[kind](account, world.now);
  const known = world.find(kind, made.id);
  return known === undefined || ('deleted' in known && known.deleted === true) ? made : structuredClone(known);
}

const OBJECTS: Readonly<Record<Told, (account: string, now: Seconds) => Held>> = {
  customer: linkedCustomer,
  subscription: (account, now) => {
    return subscription(`sub_${account}`, now, { customer: `cus_${account}`, periodEnd: now + MONTH_S });
  },
  invoice: (account, now) => {
    return invoice(`in_${account}`, now, { customer: `cus_${account}`, subscription: `sub_${account}` });
  },
  payment_method: (account, now) => {
    return paymentMethod(`pm_${account}`, now, { customer: `cus_${account}`, card: { exp_year: 2031 } });
  },
  'checkout.session': (account, now) => {
    return checkoutSession(`cs_${account}`, now, { customer: `cus_${account}`, client_reference_id: account });
  },
  coupon: (account, now) => coupon(`coupon_${account}`, now),
  promotion_code: (account, now) => {
    return promotionCode(`promo_${account}`, now, { promotion: { type: 'coupon', coupon: `coupon_${account}` } });
  },
};

/** Its metadata say whose it is, as a site's back end would have written them. */
function linkedCustomer(account: string, now: Seconds): Stripe.Customer {
  return customer(`cus_${account}`, now, { metadata: { cairn_account: account } });
}

/** Whoever subscribes or pays has signed up before. */
function customerBefore(world: World, kind: Told, account: string): readonly Step[] {
  if (!['subscription', 'invoice', 'payment_method', 'checkout.session'].includes(kind)) return [];
  const known = world.find('customer', `cus_${account}`);
  if (known !== undefined && !('deleted' in known && known.deleted === true)) return [];
  return [() => world.happen('customer.created', linkedCustomer(account, world.now))];
}
