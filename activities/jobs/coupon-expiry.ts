import { codesOutOfReach, codesWaiting, endCode, expireHere, nextAttempt, type WaitingCode } from '../../db/coupons.ts';
import type { Pool } from '../../db/pool.ts';
import { atMost } from '../../platform/at-most.ts';
import type { Log } from '../../platform/log.ts';
import { type StripeApi, StripeAway, StripeRefused } from '../../services/stripe.ts';
import type { Job, JobRun } from './job.ts';

export interface CouponExpiryDeps {
  readonly db: Pool;
  readonly log: Log;
  /** Undefined: no key is set, and Stripe's side waits. */
  readonly stripe: StripeApi | undefined;
}

/** In one transaction: half a second's work. */
const EXPIRED_AT_ONCE = 5_000;
const PAGE = 100;
/** Stripe takes 100 calls a second, 25 in test mode, and takes about 100 ms for one. */
const CALLS_AT_ONCE = 2;
/** Then it is away, and the others need not find that out for themselves. */
const AWAY_AFTER = 5;

/**
 * Ends coupons and promotion codes that are past their date, or redeemed as often as they may be: here first, so that the site
 * offers none whatever Stripe does, then at Stripe. There only promotion codes are switched off, those of coupons that are over
 * too. A coupon that is over is refused by Stripe itself, and could only be deleted, which nobody could take back.
 *
 * Counts: scanned, what came due and was ended here; changed, what is at its end everywhere (codes once Stripe has said so);
 * failed, codes that Stripe refuses to switch off.
 */
export function createCouponExpiryJob(deps: CouponExpiryDeps): Job {
  return async (run) => {
    await expireAllHere(deps, run);
    const waiting = await expireAllAtStripe(deps, run);
    if (waiting > 0) throw new StripeAway(`${waiting} promotion codes are not switched off at Stripe yet`, false);
    const outOfReach = await codesOutOfReach(deps.db, deps.stripe?.livemode);
    if (outOfReach > 0) {
      const why = deps.stripe
        ? 'they are of the other mode than CAIRN_STRIPE_API_KEY'
        : 'CAIRN_STRIPE_API_KEY is not set';
      deps.log.warn({ codes: outOfReach, why }, 'expired promotion codes wait for Stripe');
    }
    await deps.db.transaction((tx) => run.finish(tx));
  };
}

async function expireAllHere({ db }: CouponExpiryDeps, run: JobRun): Promise<void> {
  for (;;) {
    run.signal.throwIfAborted();
    const { coupons, codes } = await db.transaction(async (tx) => {
      const expired = await expireHere(tx, { until: run.slot, limit: EXPIRED_AT_ONCE });
      await run.count(tx, { scanned: expired.coupons + expired.codes, changed: expired.coupons });
      return expired;
    });
    if (Math.max(coupons, codes) < EXPIRED_AT_ONCE) return;
  }
}

/** All that wait, those of earlier runs too. How many still do: Stripe was away, or had a fault. */
async function expireAllAtStripe(deps: CouponExpiryDeps, run: JobRun): Promise<number> {
  const { db, stripe } = deps;
  if (!stripe) return 0;
  const limited = atMost(CALLS_AT_ONCE);
  const tally = { waiting: 0, inARow: 0 };
  for (let after = ''; ; ) {
    const page = await codesWaiting(db, { livemode: stripe.livemode, after, limit: PAGE });
    const ends = page.map((code) =>
      limited(async () => {
        run.signal.throwIfAborted();
        const ended = tally.inARow < AWAY_AFTER && (await expireAtStripe({ ...deps, stripe }, run, code));
        tally.inARow = ended ? 0 : tally.inARow + 1;
        if (!ended) tally.waiting += 1;
      }),
    );
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    if (failed) throw failed.reason; // when none is under way any more: the run may be taken up again at once
    if (page.length < PAGE) return tally.waiting;
    after = page.at(-1)?.id ?? after;
  }
}

/** False: another time. A kill after Stripe's answer changes nothing: the next try has the same key and gets the same answer. */
async function expireAtStripe(
  { db, log, stripe }: CouponExpiryDeps & { stripe: StripeApi },
  run: JobRun,
  code: WaitingCode,
): Promise<boolean> {
  const { id } = code;
  try {
    const atStripe = await stripe.deactivatePromotionCode(id, `cairn-expire-${id}-${code.attempt}`);
    await db.transaction(async (tx) => {
      if (await endCode(tx, { id, atStripe })) await run.count(tx, { changed: 1 });
    });
    return true;
  } catch (error) {
    if (error instanceof StripeRefused) {
      log.error({ promotionCodeId: id, code: error.code }, 'promotion code not switched off');
      await db.transaction(async (tx) => {
        if (await endCode(tx, { id, atStripe: 'refused', refusal: error.code })) await run.count(tx, { failed: 1 });
      });
      return true;
    }
    if (!(error instanceof StripeAway)) throw error;
    if (error.isKept) await nextAttempt(db, code);
    log.warn({ promotionCodeId: id, err: error }, 'promotion code waits for Stripe');
    return false;
  }
}
