import type { BillingRules } from '../../contracts/plans.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type {
  StripeOrderKind,
  StripeOrderResult,
  StripeOrderRun,
  StripeOrderSteps,
  StripeOrderTerms,
} from '../../contracts/stripe-orders.ts';
import type { Db, Pool } from '../../db/pool.ts';
import type { Drift } from '../../db/stripe-drift.ts';
import {
  type ClaimedStripeOrder,
  claimStripeOrder,
  countBugOfStripeOrder,
  endStripeOrder,
  failStripeOrder,
  type OrderCounts,
  type StripeOrder,
  tellStripeOrder,
} from '../../db/stripe-orders.ts';
import type { Log } from '../../platform/log.ts';
import type { StripeApi } from '../../services/stripe.ts';
import { CountedBug, isOutage } from '../step-failures.ts';
import { rebuildEntitlements } from './entitle.ts';
import { reconcileSince } from './reconcile.ts';
import { resyncCustomer } from './resync-customer.ts';
import { refusalOf } from './stripe-event-steps.ts';
import { verifyStripe } from './verify-stripe.ts';

export interface StripeOrderStepsDeps {
  readonly db: Pool;
  readonly log: Log;
  /** Undefined: no key is set. */
  readonly stripe: Pick<StripeApi, 'livemode' | 'fetch' | 'lists' | 'objectsOf'> | undefined;
  readonly rules: BillingRules;
}

interface Work {
  readonly db: Pool;
  readonly log: Log;
  /** For those that ask Stripe. Throws `billing/key-refused` when no key is set. */
  readonly stripe: () => NonNullable<StripeOrderStepsDeps['stripe']>;
  readonly rules: BillingRules;
  /** How far it is; in a transaction together with what was done. Throws when somebody else does it. */
  readonly tell: (counts: OrderCounts, tx?: Db) => Promise<void>;
}

/** What each kind of order does. A new one has a function in a file of its own, and its line here and in the contract. */
const WORKS: {
  readonly [Kind in StripeOrderKind]: (work: Work, terms: StripeOrderTerms[Kind]) => Promise<OrderCounts>;
} = {
  resync: (work, { customerId }) => resyncCustomer({ ...work, stripe: work.stripe() }, customerId),
  reconcile: async ({ db, stripe, tell }, { since }) => {
    let soFar = 0;
    const until = new Date(Date.now() - ON_ITS_WAY_MS);
    const onFound = async (tx: Db, found: number) => {
      soFar += found;
      await tell({ found: soFar }, tx);
    };
    return { ...(await reconcileSince(db, stripe(), new Date(since), { until, onFound })) };
  },
  verify: async ({ db, log, stripe, rules }, { repair }) => {
    const onDrift = ({ kind, id, fields }: Drift) =>
      log.error({ kind, stripeObject: id, fields }, 'mirror differs from Stripe');
    return { ...(await verifyStripe(db, stripe(), { repair, rules, onDrift })) };
  },
  'rebuild-entitlements': async ({ db, rules }) => {
    if (rules.plans.size === 0) throw new Rejection('billing/no-plans');
    return rebuildEntitlements(db, rules);
  },
};

/** What is younger is on its way. */
const ON_ITS_WAY_MS = 60_000;

/** The steps of what operators order to be done at Stripe. */
export function createStripeOrderSteps(deps: StripeOrderStepsDeps): StripeOrderSteps {
  return {
    fulfilStripeOrder: (order) => fulfilOrder(deps, order),
    failStripeOrder: async ({ reason, ...order }) => {
      if (!(await failStripeOrder(deps.db, order, reason))) return { outcome: 'superseded' };
      deps.log.error({ ...order, code: reason }, 'stripe order failed');
      return { outcome: 'failed', reason };
    },
  };
}

async function fulfilOrder(deps: StripeOrderStepsDeps, order: StripeOrderRun): Promise<StripeOrderResult> {
  const claim = await claimStripeOrder(deps.db, order);
  if (!claim) return { outcome: 'superseded' };
  try {
    const counts = await worked(deps, claim);
    return { outcome: (await endStripeOrder(deps.db, claim, counts)) ? 'done' : 'superseded' };
  } catch (error) {
    if (error instanceof Superseded) return { outcome: 'superseded' };
    throw await named(deps.db, claim, error);
  }
}

async function worked(
  { db, log, stripe: configured, rules }: StripeOrderStepsDeps,
  claim: ClaimedStripeOrder,
): Promise<OrderCounts> {
  const stripe = () => {
    if (!configured) throw new Rejection('billing/key-refused', { detail: 'CAIRN_STRIPE_API_KEY is not set.' });
    return configured;
  };
  const tell = async (counts: OrderCounts, tx: Db = db) => {
    if (!(await tellStripeOrder(tx, claim, counts))) throw new Superseded('another claim of this order');
  };
  return doOrder({ db, log, stripe, rules, tell }, claim);
}

function doOrder<Kind extends StripeOrderKind>(work: Work, { kind, terms }: StripeOrder<Kind>): Promise<OrderCounts> {
  return WORKS[kind](work, terms);
}

class Superseded extends Error {
  override readonly name = 'Superseded';
}

const BUGS_AT_MOST = 3;

/** What is to be thrown instead: a bug's message may quote anything, and goes into logs. */
async function named(db: Pool, claim: StripeOrderRun, error: unknown): Promise<unknown> {
  const refused = refusalOf(error);
  if (refused || isOutage(error)) return refused ?? error;
  return new CountedBug(error, (await countBugOfStripeOrder(db, claim)) >= BUGS_AT_MOST);
}
