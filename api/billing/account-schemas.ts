import { Type } from 'typebox';
import { PLANS } from '../../contracts/plans.ts';
import { nullable, nullableObject } from '../nullable.ts';
import { REASON } from '../ops/reason.ts';
import { PAGE_QUERY, pageOf } from '../paging.ts';

const maybeDate = (description: string) => nullable('string', { format: 'date-time', description });
const date = Type.String({ format: 'date-time' });
const plan = Type.Enum([...PLANS]);
const account = Type.String({ description: "The site's own id." });
const because = Type.String({ description: 'docs/reference/entitlements.md names them.' });
const linkedBy = '`operator`, `metadata` or `checkout`.';

const accountId = Type.String({ pattern: '^[!-~]{1,128}$', description: "The site's own id of the account." });
export const ACCOUNT_PARAMS = Type.Object({ id: accountId });
export const LINK_PARAMS = Type.Object({
  id: accountId,
  customerId: Type.String({ pattern: '^cus_\\w{1,200}$', description: "Stripe's id." }),
});

const paymentMethod = nullableObject(
  {
    id: Type.String(),
    type: Type.String({ description: "Stripe's own word." }),
    brand: nullable('string'),
    last4: nullable('string'),
    expMonth: nullable('number'),
    expYear: nullable('number'),
    expiresBeforeCharge: Type.Unsafe<boolean | null>({
      type: ['boolean', 'null'],
      description: 'Whether it is over when the subscription is next charged; null: it is no card.',
    }),
  },
  "What it is charged to: its own, else the customer's; null: nothing that Cairn knows of.",
);

export const AccountBillingSchema = Type.Object({
  account,
  plan,
  because,
  validUntil: maybeDate('When it is over if nothing more comes; null: nothing ends it.'),
  granted: Type.Enum([...PLANS], { description: 'By an operator; the better of this and of what is bought counts.' }),
  customers: Type.Array(
    Type.Object({ id: Type.String(), linkedBy: Type.String({ description: linkedBy }), linkedAt: date }),
  ),
  subscriptions: Type.Array(
    Type.Object({
      id: Type.String(),
      customerId: Type.String(),
      status: Type.String({ description: "Stripe's own word." }),
      priceIds: Type.Array(Type.String()),
      plan: nullable('string', { description: 'What it is for; null: none of its prices is of a plan.' }),
      because,
      entitles: Type.Boolean({ description: 'Whether it counts now.' }),
      validUntil: maybeDate('Null: it does not entitle.'),
      currentPeriodEnd: maybeDate("The latest of its items'."),
      trialEnd: maybeDate('Of a trial, past ones too.'),
      cancelAtPeriodEnd: Type.Boolean(),
      paymentMethod,
    }),
  ),
  promotionCodes: Type.Array(
    Type.Object({
      id: Type.String(),
      couponId: Type.String(),
      active: Type.Boolean(),
      expiresAt: maybeDate('Null: it has no end.'),
    }),
    { description: 'Those that only this account may redeem.' },
  ),
  notices: Type.Array(
    Type.Object({
      kind: Type.String(),
      subject: Type.String({ description: "Stripe's id of what it is about." }),
      period: Type.String({ description: 'Which time of that: there is one notice for each.' }),
      noticedAt: date,
      toldAt: maybeDate('When the message to the site was written; null: it was not.'),
      data: Type.Object({}, { additionalProperties: true }),
    }),
    { description: 'The latest 50.' },
  ),
});

export const LinkBody = Type.Object({ reason: REASON }, { additionalProperties: false });
export const UnlinkQuery = Type.Object({ reason: REASON });
export const LinkedSchema = Type.Object({
  account,
  customerId: Type.String(),
  auditId: Type.Integer({ description: 'Of the row that keeps who did this and why.' }),
});

export const CustomersQuery = Type.Object({
  linked: Type.Optional(Type.Boolean({ description: 'Of somebody, or of nobody; both by default.' })),
  ...PAGE_QUERY,
});
export const CustomersSchema = Type.Object(
  pageOf(
    Type.Object({
      customerId: Type.String(),
      account: nullable('string', { description: "The site's own id; null: nobody's." }),
      linkedBy: nullable('string', {
        description: `${linkedBy} \`operator\` without an account: an operator said so.`,
      }),
      metadata: nullable('string', { description: "The customer's `cairn_account`." }),
      checkout: nullable('string', { description: '`client_reference_id` of its first completed checkout.' }),
      subscriptions: Type.Integer(),
      seenAt: date,
    }),
  ),
);
