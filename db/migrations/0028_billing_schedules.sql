-- Billing's scheduled work.

-- Up to when Stripe was asked for every event of a handled type, by the mode of the key.
create table stripe_reconciled (
  livemode boolean primary key,
  listed_until timestamptz not null
);

-- An event that Stripe listed and never delivered has no signed bytes: what a list shows is written in the words of another API
-- version, so nothing of it is kept. The first delivery that comes after all brings them.
alter table stripe_events alter column content_sha256 drop not null;
alter table stripe_events add check (content_sha256 is not null or source <> 'webhook');

-- Mirrors that differ from what Stripe says although no event is on its way that would mend them.
create table stripe_drift (
  kind text not null,
  id text not null,
  livemode boolean not null,
  -- Names of the mirror's fields, never what is in them; `here` alone: there is no mirror, `at Stripe` alone: Stripe has none.
  fields text[] not null,
  found_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- A later look found them alike.
  ended_at timestamptz,
  primary key (kind, id)
);

-- What retention looks for.
create index stripe_events_with_body on stripe_events (ended_at) where body is not null and state in ('processed', 'ignored');
create index stripe_events_ended on stripe_events (ended_at) where state in ('processed', 'ignored');
create index stripe_event_attempts_ended on stripe_event_attempts (ended_at);
create index billing_notices_by_time on billing_notices (noticed_at);
-- What the card schedule looks for.
create index stripe_payment_methods_by_expiry on stripe_payment_methods ((exp_year * 12 + exp_month)) where type = 'card';
