-- What Cairn knows of Stripe's objects: what Stripe told when it was last asked. Only what somebody reads is kept; names, addresses
-- and e-mails are not.

-- One row per object that was ever asked for, also of those that are gone: an answer is written only if it was asked for later than
-- the one before (`fetch_seq` was drawn before the question). The mirrors below are written under this row's lock.
create table stripe_objects (
  kind text not null,
  id text not null,
  fetch_seq bigint not null,
  fetched_at timestamptz not null default now(),
  -- Stripe has none of this id any more; no mirror has it either.
  gone boolean not null,
  primary key (kind, id)
);

create table stripe_customers (
  id text primary key,
  livemode boolean not null,
  -- The site's own id of the account, out of the customer's metadata (`cairn_account`).
  account_external_id text,
  default_payment_method_id text,
  delinquent boolean not null
);

-- No foreign keys between them: Stripe's events come in any order.
create table stripe_subscriptions (
  id text primary key,
  customer_id text not null,
  livemode boolean not null,
  -- Stripe's own word; it adds some at times.
  status text not null,
  price_ids text[] not null,
  -- The latest of its items'.
  current_period_end timestamptz,
  cancel_at_period_end boolean not null,
  cancel_at timestamptz,
  trial_end timestamptz,
  default_payment_method_id text,
  latest_invoice_id text
);

create table stripe_invoices (
  id text primary key,
  customer_id text,
  subscription_id text,
  livemode boolean not null,
  -- Null only before Stripe has given it one.
  status text,
  currency text not null,
  amount_due_cents bigint not null,
  amount_paid_cents bigint not null,
  attempt_count integer not null,
  next_payment_attempt_at timestamptz,
  period_end timestamptz not null
);

create table stripe_payment_methods (
  id text primary key,
  -- Null once it is detached.
  customer_id text,
  livemode boolean not null,
  type text not null,
  -- Of cards.
  brand text,
  last4 text,
  exp_month integer,
  exp_year integer
);

create index stripe_subscriptions_of_customer on stripe_subscriptions (customer_id);
create index stripe_invoices_of_customer on stripe_invoices (customer_id);
create index stripe_payment_methods_of_customer on stripe_payment_methods (customer_id);

alter table stripe_coupons
  add column times_redeemed integer not null default 0,
  add column max_redemptions integer;

alter table stripe_promotion_codes
  add column times_redeemed integer not null default 0,
  add column max_redemptions integer;
