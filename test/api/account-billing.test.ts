import { expect, test } from 'vitest';
import { fetchMirror, writeMirrors } from '../../activities/billing/mirror-objects.ts';
import { createKey } from '../../cli/keys.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { recordNotice } from '../../db/billing-notices.ts';
import type { MirroredKind } from '../../domain/billing/mirrors.ts';
import { createStripe } from '../../services/stripe.ts';
import { RULES } from '../support/billing-rules.ts';
import { customer, paymentMethod, promotionCode, subscription } from '../support/fake-stripe/objects.ts';
import type { Held } from '../support/fake-stripe/world.ts';
import { fakeStripe } from '../support/fake-stripe.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';
import { savedTrack } from './support/track.ts';

const stack = await apiStack();
const { db } = stack;
const operator = bearer((await createKey(db, { kind: 'operator', name: 'test' })).key);
const NOW = Math.floor(Date.now() / 1_000);
const MONTH_S = 30 * 86_400;
const reason = 'because the test says so';

async function mirror(kind: MirroredKind, object: Held): Promise<void> {
  const stripe = await fakeStripe();
  stripe.world.put(object);
  const { fetch } = createStripe({ apiKey: stripe.apiKey, address: stripe.address });
  const fetched = await fetchMirror(db, fetch, { kind, id: object.id });
  await db.transaction((tx) => writeMirrors(tx, [fetched], RULES));
}

const link = (account: string, customerId: string, method: 'PUT' | 'DELETE' = 'PUT') => {
  const url = `/v1/accounts/${account}/stripe-customers/${customerId}`;
  const query = `?${new URLSearchParams({ reason })}`;
  return method === 'PUT'
    ? stack.inject({ method, url, headers: operator, payload: { reason } })
    : stack.inject({ method, url: url + query, headers: operator });
};
const show = async (account: string) =>
  (await stack.inject({ url: `/v1/accounts/${account}`, headers: operator })).json();
const listed = async (query: string) =>
  (await stack.inject({ url: `/v1/ops/stripe-customers?${query}`, headers: operator })).json();
const subscribed = (id: string, customerId: string, status: 'active' | 'canceled' = 'active') =>
  subscription(id, NOW, { customer: customerId, periodEnd: NOW + MONTH_S, changes: { status } });

test('an account sees its plan and why, what it is charged to, codes and notices', async () => {
  const pays = { invoice_settings: { ...customer('', NOW).invoice_settings, default_payment_method: 'pm_w' } };
  const over = new Date((NOW + MONTH_S - 40 * 86_400) * 1_000);
  const card = { exp_year: over.getUTCFullYear(), exp_month: over.getUTCMonth() + 1 };
  await mirror(
    'customer',
    customer('cus_w', NOW, { metadata: { cairn_account: 'walker' }, email: 'w@example.org', ...pays }),
  );
  await mirror('payment_method', paymentMethod('pm_w', NOW, { customer: 'cus_w', card }));
  await mirror('promotion_code', promotionCode('promo_w', NOW, { customer: 'cus_w' }));
  await mirror('subscription', subscribed('sub_w', 'cus_w'));
  const notice = { kind: 'card.expiring', subject: 'pm_w', period: '30', customerId: 'cus_w', data: { a: 1 } } as const;
  await db.transaction((tx) => recordNotice(tx, notice));
  const validUntil = new Date((NOW + MONTH_S + 86_400) * 1_000).toISOString();
  const view = await show('walker');
  expect(view).toEqual({
    ...{ account: 'walker', plan: 'premium', because: 'paid', validUntil, granted: 'free' },
    customers: [{ id: 'cus_w', linkedBy: 'metadata', linkedAt: expect.any(String) }],
    subscriptions: [
      {
        ...{ id: 'sub_w', customerId: 'cus_w', status: 'active', priceIds: ['price_monthly'], plan: 'premium' },
        ...{ because: 'paid', entitles: true, validUntil, trialEnd: null, cancelAtPeriodEnd: false },
        currentPeriodEnd: new Date((NOW + MONTH_S) * 1_000).toISOString(),
        paymentMethod: {
          ...{
            id: 'pm_w',
            type: 'card',
            brand: 'visa',
            last4: '4242',
            expMonth: card.exp_month,
            expYear: card.exp_year,
          },
          expiresBeforeCharge: true,
        },
      },
    ],
    promotionCodes: [{ id: 'promo_w', couponId: 'coupon_of_the_fake', active: true, expiresAt: null }],
    notices: [
      {
        ...{ kind: 'card.expiring', subject: 'pm_w', period: '30', data: { a: 1 } },
        ...{ noticedAt: expect.any(String), toldAt: null },
      },
    ],
  });
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'walker', name: 'test' });
  expect((await stack.inject({ url: '/v1/accounts/walker', headers: bearer(key) })).json()).toEqual(view);
  expect(JSON.stringify(view)).not.toContain('example.org');
});

test('an operator links and unlinks, each with a reason that is kept', async () => {
  await mirror('subscription', subscribed('sub_r', 'cus_r'));
  const linked = await link('runner', 'cus_r');
  expect(linked.json()).toEqual({ account: 'runner', customerId: 'cus_r', auditId: expect.any(Number) });
  expect(await show('runner')).toMatchObject({ plan: 'premium', customers: [{ id: 'cus_r', linkedBy: 'operator' }] });
  expectProblem(await link('walker', 'cus_r', 'DELETE'), 'request/not-found');
  expect((await link('runner', 'cus_r', 'DELETE')).statusCode).toBe(200);
  expect(await show('runner')).toMatchObject({ plan: 'free', because: 'nothing', customers: [] });
  expect(await stack.query(`select action, reason, facts from ops_audit order by id`)).toEqual(
    ['accounts.link', 'accounts.unlink'].map((action) => {
      return { action, reason, facts: { account: 'runner', customerId: 'cus_r' } };
    }),
  );
  const bare = { url: '/v1/accounts/runner/stripe-customers/cus_r', headers: operator };
  expectProblem(await stack.inject({ ...bare, method: 'PUT', payload: { reason: 'short' } }), 'request/invalid');
  expectProblem(await stack.inject({ ...bare, method: 'DELETE' }), 'request/invalid');
  expectProblem(await link('runner', 'card_1'), 'request/invalid');
});

test('customers that are nobody are listed page by page, with what Stripe says of them', async () => {
  await stack.query('truncate stripe_customer_links');
  for (const id of ['cus_a', 'cus_b', 'cus_c']) await mirror('subscription', subscribed(`sub_of_${id}`, id));
  await mirror('customer', customer('cus_b', NOW, { metadata: { cairn_account: 'jörg' } }));
  await mirror('customer', customer('cus_d', NOW, { metadata: { cairn_account: 'walker' } }));
  const first = await listed('linked=false&limit=2');
  expect(first.items.map(({ customerId }: { customerId: string }) => customerId)).toEqual(['cus_c', 'cus_b']);
  expect(first.items[1]).toMatchObject({ account: null, linkedBy: null, metadata: 'jörg', subscriptions: 1 });
  const rest = await listed(`linked=false&limit=2&cursor=${first.next}`);
  expect(rest).toMatchObject({ items: [{ customerId: 'cus_a' }], next: null });
  expect((await listed('linked=true')).items).toMatchObject([
    { customerId: 'cus_d', account: 'walker', linkedBy: 'metadata' },
  ]);
  expect((await listed('')).items).toHaveLength(4);
});

test('a premium export stops with the subscription and works again with a new one; nothing of the track is lost', async () => {
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'rider', name: 'test' });
  const { trackId } = await savedTrack(db, 'rider', smallGpx({ points: 50 }));
  await accountIdFor(db, 'rider');
  const asFit = () => stack.inject({ url: `/v1/tracks/${trackId}/export.fit`, headers: bearer(key) });
  const kept = () => stack.query('select * from tracks where id = $1', [trackId]);
  const before = await kept();
  expectProblem(await asFit(), 'export/not-entitled');
  await link('rider', 'cus_rider');
  await mirror('subscription', subscribed('sub_1', 'cus_rider'));
  expect((await asFit()).statusCode).toBe(200);
  await mirror('subscription', subscribed('sub_1', 'cus_rider', 'canceled'));
  expectProblem(await asFit(), 'export/not-entitled');
  expect((await stack.inject({ url: `/v1/tracks/${trackId}`, headers: bearer(key) })).statusCode).toBe(200);
  await mirror('subscription', subscribed('sub_2', 'cus_rider'));
  expect((await asFit()).statusCode).toBe(200);
  expect(await kept()).toEqual(before);
});
