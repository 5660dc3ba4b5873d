-- Whose money it is: a customer at Stripe is one account here, an account may be several customers there.
create table stripe_customer_links (
  customer_id text primary key,
  account_id uuid not null references accounts on delete cascade,
  -- `operator`: by hand. `metadata`: the customer's `cairn_account`. `checkout`: a session's `client_reference_id`.
  linked_by text not null check (linked_by in ('operator', 'metadata', 'checkout')),
  linked_at timestamptz not null default now()
);
create index stripe_customer_links_of_account on stripe_customer_links (account_id);

-- What a customer is to be told, once each: by kind, what it is about, and which time of that.
create table billing_notices (
  kind text not null check (kind in ('card.expiring', 'trial.ending', 'payment.failed')),
  subject_id text not null,
  period text not null,
  customer_id text not null,
  -- Ids, codes and dates.
  data jsonb not null,
  noticed_at timestamptz not null default now(),
  -- When the message to the site was written; null while nobody is linked, or the site has no endpoint.
  told_at timestamptz,
  primary key (kind, subject_id, period)
);
create index billing_notices_of_customer on billing_notices (customer_id, noticed_at desc);
