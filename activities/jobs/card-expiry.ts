import { recordNotice } from '../../db/billing-notices.ts';
import { type ChargedCard, chargedCards, findChargedCard } from '../../db/expiring-cards.ts';
import { type CardStep, cardPeriod, dueCardStep, monthsDue } from '../../domain/billing/card-expiry.ts';
import { fetchMirror, writeMirrors } from '../billing/mirror-objects.ts';
import { type AtStripe, atStripe, type MirroringDeps } from './at-stripe.ts';
import type { Job, JobRun } from './job.ts';

const PAGE = 500;

/**
 * Tells that a card which pays for a live subscription ends: 30 and 7 days before its last day, and on it. The step that is due at
 * the slot is told, and no earlier one that was missed. Networks give cards new dates by themselves, so each is looked at once more
 * at Stripe before anything is said.
 *
 * Counts: scanned, cards that were due and not told yet; changed, cards that were told.
 */
export function createCardExpiryJob({ rules, ...deps }: MirroringDeps): Job {
  return atStripe(deps, async (given, run) => {
    const at = { ...given, rules };
    const within = { livemode: at.stripe.livemode, ...monthsDue(run.slot) };
    for (let after = ''; ; ) {
      const page = await chargedCards(at.db, { ...within, after, limit: PAGE });
      for (const card of page) if (stepToTell(card, run.slot) !== undefined) await lookAndTell(at, run, card.id);
      if (page.length < PAGE) break;
      after = page.at(-1)?.id ?? after;
    }
    await at.db.transaction((tx) => run.finish(tx));
  });
}

function stepToTell(card: ChargedCard, at: Date): CardStep | undefined {
  const step = dueCardStep(card, at);
  return step === undefined || card.told.includes(cardPeriod(card, step)) ? undefined : step;
}

/** What Stripe says now and the notice are one transaction: a kill between them is none. */
async function lookAndTell(
  { db, log, stripe, rules }: AtStripe & Pick<MirroringDeps, 'rules'>,
  run: JobRun,
  id: string,
): Promise<void> {
  run.signal.throwIfAborted();
  const fetched = await fetchMirror(db, stripe.fetch, { kind: 'payment_method', id });
  const told = await db.transaction(async (tx) => {
    await writeMirrors(tx, [fetched], rules);
    const card = await findChargedCard(tx, id, { livemode: stripe.livemode, ...monthsDue(run.slot) });
    const step = card && stepToTell(card, run.slot);
    const isTold = card !== undefined && step !== undefined && (await recordNotice(tx, noticeOf(card, step)));
    await run.count(tx, { scanned: 1, changed: isTold ? 1 : 0 });
    return isTold ? step : undefined;
  });
  if (told !== undefined) log.info({ paymentMethod: id, days: told }, 'card expiring');
}

function noticeOf(card: ChargedCard, days: CardStep) {
  const { id, customerId, expMonth, expYear, subscriptionIds } = card;
  return {
    kind: 'card.expiring',
    subject: id,
    period: cardPeriod(card, days),
    customerId,
    data: { customerId, paymentMethodId: id, subscriptionIds, expMonth, expYear, days },
  } as const;
}
