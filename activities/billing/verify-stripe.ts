import type { BillingRules } from '../../contracts/plans.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import { databaseNow } from '../../db/schedule-audit.ts';
import { type Drift, endDrift, endDriftNotSeenSince, recordDrift } from '../../db/stripe-drift.ts';
import { isEventOnItsWay, liveMirrorIds, mirrorsByIds } from '../../db/verify-mirrors.ts';
import { couponAsKept, driftOf, hasRunOut, VERIFIED_KINDS, type VerifiedKind } from '../../domain/billing/drift.ts';
import type { Mirrors } from '../../domain/billing/mirrors.ts';
import type { StripeApi } from '../../services/stripe.ts';
import { fetchMirrors, writeMirrors } from './mirror-objects.ts';

export interface Verified {
  /** Objects that are alive at Stripe or here. */
  readonly compared: number;
  /** Of those, whose mirror differs although no event is on its way. */
  readonly drifted: number;
  /** Of the drifted, whose mirror was fetched anew. */
  readonly repaired: number;
  /** Drift of earlier looks that is none any more. */
  readonly ended: number;
}

export interface VerifyOptions {
  /** Whether what differs is fetched anew, or only written down. */
  readonly repair: boolean;
  /** What follows from what is fetched. */
  readonly rules: BillingRules;
  readonly signal?: AbortSignal;
  readonly onDrift?: (drift: Drift) => void;
  /** Called in the transaction that ends the look. */
  readonly onEnd?: (tx: Tx, verified: Verified) => Promise<void>;
}

interface Look extends VerifyOptions {
  readonly db: Pool;
  readonly stripe: Pick<StripeApi, 'livemode' | 'fetch' | 'lists'>;
  readonly begunAt: Date;
}

/**
 * Holds live subscriptions, coupons and promotion codes against Stripe: what neither event nor reconcile has brought. Drift is
 * kept in `stripe_drift` until a later look finds none. Throws as reads of Stripe do; begun again it begins from the front.
 */
export async function verifyStripe(db: Pool, stripe: Look['stripe'], options: VerifyOptions): Promise<Verified> {
  const look: Look = { ...options, db, stripe, begunAt: await databaseNow(db) };
  let [compared, drifted] = [0, 0];
  for (const kind of VERIFIED_KINDS) {
    const seen = await verifyKind(look, kind);
    compared += seen.compared;
    drifted += seen.drifted;
  }
  const repaired = options.repair ? drifted : 0;
  return db.transaction(async (tx) => {
    const ended = await endDriftNotSeenSince(tx, stripe.livemode, look.begunAt);
    const verified = { compared, drifted, repaired, ended };
    await options.onEnd?.(tx, verified);
    return verified;
  });
}

/** First everything is compared; then what differs is looked at alone, since both sides may have changed meanwhile. */
async function verifyKind<Kind extends VerifiedKind>(
  look: Look,
  kind: Kind,
): Promise<{ readonly compared: number; readonly drifted: number }> {
  const { compared, suspects } = await suspectsOf(look, kind);
  let drifted = 0;
  for (const id of suspects) {
    look.signal?.throwIfAborted();
    if (await hasDrifted(look, kind, id)) drifted += 1;
  }
  return { compared, drifted };
}

async function suspectsOf<Kind extends VerifiedKind>(
  { db, stripe, begunAt, signal }: Look,
  kind: Kind,
): Promise<{ readonly compared: number; readonly suspects: readonly string[] }> {
  const listed = new Set<string>();
  const suspects: string[] = [];
  for await (const page of listsOf(stripe.lists, begunAt, signal)[kind]()) {
    const mirrors = await mirrorsByIds[kind](
      db,
      page.map(({ id }) => id),
    );
    const here = new Map(mirrors.map((mirror) => [mirror.id, mirror]));
    for (const there of page) {
      listed.add(there.id);
      if (driftOf(there, here.get(there.id)).length > 0) suspects.push(there.id);
    }
  }
  let compared = listed.size;
  for (let after = ''; ; ) {
    signal?.throwIfAborted();
    const page = await liveMirrorIds(db, kind, { livemode: stripe.livemode, after, limit: PAGE });
    const unlisted = page.filter((id) => !listed.has(id));
    suspects.push(...unlisted);
    compared += unlisted.length;
    if (page.length < PAGE) return { compared, suspects };
    after = page.at(-1) ?? after;
  }
}

const PAGE = 1_000;

type LiveLists = { readonly [Kind in VerifiedKind]: () => AsyncIterable<readonly Mirrors[Kind][]> };

/** What is alive at Stripe. */
function listsOf(lists: StripeApi['lists'], now: Date, signal: AbortSignal | undefined): LiveLists {
  return {
    subscription: () => lists.subscriptions(signal),
    coupon: async function* () {
      for await (const page of lists.coupons(signal)) {
        yield page.map((coupon) => couponAsKept(coupon, now)).filter(({ valid }) => valid);
      }
    },
    promotion_code: () => lists.activePromotionCodes(signal),
  };
}

/** Writes it down, and mends it if that is ordered. What an event will mend is no drift. */
async function hasDrifted<Kind extends VerifiedKind>(look: Look, kind: Kind, id: string): Promise<boolean> {
  const { db, stripe, begunAt, repair, onDrift } = look;
  const atStripe: Mirrors[Kind] | undefined = await stripe.fetch[kind](id);
  const there =
    atStripe && 'valid' in atStripe ? { ...atStripe, valid: couponAsKept(atStripe, begunAt).valid } : atStripe;
  const [here] = await mirrorsByIds[kind](db, [id]);
  const fields = driftOf(there, here);
  if (fields.length === 0 || (await isEventOnItsWay(db, id))) return false;
  if (hasRunOut(there, fields, begunAt)) {
    await fetchAnew(look, { kind, id });
    return false;
  }
  const drift = { kind, id, livemode: stripe.livemode, fields };
  await db.transaction((tx) => recordDrift(tx, drift));
  onDrift?.(drift);
  if (repair) await fetchAnew(look, drift);
  return true;
}

async function fetchAnew({ db, stripe, rules }: Look, object: Pick<Drift, 'kind' | 'id'>): Promise<void> {
  const fetched = await fetchMirrors(db, stripe.fetch, [object]);
  await db.transaction(async (tx) => {
    await writeMirrors(tx, fetched, rules);
    await endDrift(tx, object);
  });
}
