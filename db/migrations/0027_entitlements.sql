-- Since when a subscription is unpaid is told by what is not paid of it; without an invoice by the period that was not paid.
alter table stripe_subscriptions add column current_period_start timestamptz;
-- Of invoices that are sent, and not charged to a card.
alter table stripe_invoices add column due_at timestamptz;
create index stripe_invoices_of_subscription on stripe_invoices (subscription_id);

-- What a subscription entitles to, by subscription: a function of the mirrors and of the operator's rules, written in the
-- transaction of the mirrors, and made again from them at any time. Whose it is, stripe_customer_links says.
create table entitlements (
  subscription_id text primary key,
  customer_id text not null,
  -- Null: none of its prices is one of a plan.
  plan text check (plan in ('premium', 'business')),
  -- domain/billing/entitlements.ts names them.
  because text not null,
  -- Null: not even now.
  valid_until timestamptz,
  -- Whether it was on when this was written, or has been swept since. Nothing is allowed by it: what counts is the time.
  is_on boolean not null,
  check (not is_on or (plan is not null and valid_until is not null))
);
create index entitlements_of_customer on entitlements (customer_id);
create index entitlements_to_end on entitlements (valid_until) where is_on;

-- Checkout sessions, for the account that the site named in them (`client_reference_id`).
create table stripe_checkout_sessions (
  id text primary key,
  -- Null: somebody who paid as a guest.
  customer_id text,
  livemode boolean not null,
  -- Stripe's own word.
  status text,
  account_external_id text,
  created_at timestamptz not null
);
create index stripe_checkout_sessions_of_customer on stripe_checkout_sessions (customer_id);

-- From now on a row for every customer that was heard of, also of those that are nobody's: without an account, and either nobody
-- has said whose they are (`linked_by` is null), or an operator that they are nobody's.
alter table stripe_customer_links
  alter column account_id drop not null,
  alter column linked_by drop not null,
  add column seen_at timestamptz not null default now(),
  -- Lists go by it, besides the moment.
  add column place uuid not null default gen_random_uuid(),
  add check (account_id is null or linked_by is not null),
  add check (account_id is not null or linked_by is null or linked_by = 'operator');
create index stripe_customer_links_by_time on stripe_customer_links (seen_at, place);

-- Disputes that an operator was told of, by Stripe's id: once each.
create table stripe_disputes (
  id text primary key,
  noted_at timestamptz not null default now()
);
