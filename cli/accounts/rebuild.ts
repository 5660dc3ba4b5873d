import { rebuildEntitlements } from '../../activities/billing/entitle.ts';
import type { BillingRules } from '../../contracts/plans.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import { SETTINGS } from '../../platform/config.ts';
import { environment } from '../../platform/environment.ts';
import { withDatabase } from '../database.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import type { LinkOptions } from './links.ts';

/** Works out anew what every subscription entitles to, by the settings of this command's environment. */
export async function rebuild(options: LinkOptions): Promise<void> {
  const by = orderedBy(options);
  const rules = rulesHere();
  await withDatabase(async (db) => {
    const counted = await rebuildEntitlements(db, rules);
    const facts = { ...counted, prices: rules.plans.size, graceDays: rules.graceDays };
    const auditId = await db.transaction((tx) => recordOpsAction(tx, { ...by, action: 'accounts.rebuild', facts }));
    if (options.json) return console.log(JSON.stringify({ ...counted, auditId }));
    console.log(
      `${counted.changed} of ${counted.subscriptions} subscriptions entitled to something else. (order ${auditId})`,
    );
  });
}

/** Throws where no plans are set: it would take everything from everybody. */
function rulesHere(): BillingRules {
  const { CAIRN_STRIPE_PLANS: plans, CAIRN_BILLING_GRACE_DAYS: graceDays } = environment();
  if (!plans) throw new UsageError('CAIRN_STRIPE_PLANS is not set here; set what the workers have');
  try {
    const grace = SETTINGS.CAIRN_BILLING_GRACE_DAYS;
    return {
      plans: SETTINGS.CAIRN_STRIPE_PLANS.parse(plans) ?? new Map(),
      graceDays: grace.parse(graceDays || (grace.byDefault ?? '')),
    };
  } catch (error) {
    throw new UsageError(`the settings of billing cannot be used: ${error instanceof Error ? error.message : ''}`);
  }
}
