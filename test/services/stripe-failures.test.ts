import { expect, test } from 'vitest';
import { createStripe, StripeAway } from '../../services/stripe.ts';
import { promotionCode } from '../support/fake-stripe/objects.ts';
import { startFakeStripe } from '../support/fake-stripe/server.ts';

const fake = await startFakeStripe();
const stripe = () => createStripe({ apiKey: fake.apiKey, address: fake.address });

test.each(['page', 'words'] as const)(
  'what a proxy answers in place of Stripe (%s) is no word of Stripe: it is away',
  async (how) => {
    fake.world.put(promotionCode('promo_1', fake.world.now, { promotion: { type: 'coupon', coupon: 'spring' } }));
    fake.watch((moment) => (moment === 'arrived' ? how : undefined));
    for (const kind of Object.values(stripe().fetch)) await expect(kind('some_1')).rejects.toThrow(StripeAway);
    await expect(stripe().deactivatePromotionCode('promo_1', 'key')).rejects.toThrow(StripeAway);
    await expect(stripe().objectsOf('cus_1')).rejects.toThrow(StripeAway);
    for (const list of [stripe().lists.subscriptions(), stripe().lists.coupons()])
      await expect(list[Symbol.asyncIterator]().next()).rejects.toThrow(StripeAway);
    const api = stripe();
    for (let i = 0; i < 5; i++) await expect(api.fetch.coupon('spring')).rejects.toThrow(StripeAway);
    const calls = fake.calls.length;
    await expect(api.fetch.coupon('spring')).rejects.toThrow('not asked just now');
    expect(fake.calls.length).toBe(calls);
    fake.watch(undefined);
    expect(await stripe().deactivatePromotionCode('promo_1', 'key')).toBe('inactive');
  },
);
