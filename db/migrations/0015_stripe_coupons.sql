-- What Cairn knows of Stripe's coupons and promotion codes, as far as their end goes. Ids are Stripe's. A code that was made
-- for one Stripe customer names it; all others are anybody's at this site. `active` is what the site goes by.
create table stripe_coupons (
  id text primary key,
  livemode boolean not null,
  -- From then on Stripe lets nobody redeem it. There is nothing to switch off: at Stripe a coupon can only be deleted.
  redeem_by timestamptz,
  active boolean not null default true
);

create table stripe_promotion_codes (
  id text primary key,
  -- No foreign key: Stripe's events come in any order.
  coupon_id text not null,
  customer_id text,
  livemode boolean not null,
  expires_at timestamptz,
  active boolean not null default true,
  -- `waiting`: to be switched off there too. `gone`: Stripe has no such code. `refused`: it will not, see `refusal`.
  at_stripe text not null default 'active' check (at_stripe in ('active', 'waiting', 'inactive', 'gone', 'refused')),
  -- Part of the idempotency key. Under one key Stripe gives one answer for a day, a fault of its own too: so after such an
  -- answer the next try has another key, and after no answer the same one.
  attempt integer not null default 1,
  -- Stripe's code of the error.
  refusal text,
  check (active = (at_stripe = 'active')),
  check ((at_stripe = 'refused') = (refusal is not null))
);

create index stripe_coupons_to_expire on stripe_coupons (redeem_by) where active;
create index stripe_promotion_codes_to_expire on stripe_promotion_codes (expires_at) where active;
create index stripe_promotion_codes_waiting on stripe_promotion_codes (id) where at_stripe = 'waiting';
