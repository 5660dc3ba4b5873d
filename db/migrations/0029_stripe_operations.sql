-- The operator's side of Stripe's events.
alter table stripe_events
  -- Whose it is, as the payload says; null when it is nobody's.
  add column customer_id text,
  -- When the run that was last asked for was due; as of uploads.
  add column due_at timestamptz not null default now(),
  -- When a delivery last began another run of a dead event.
  add column resent_at timestamptz;

update stripe_events e
   set due_at = received_at,
       customer_id = case object_type
         when 'customer' then object_id
         when 'subscription' then (select customer_id from stripe_subscriptions where id = e.object_id)
         when 'invoice' then (select customer_id from stripe_invoices where id = e.object_id)
         when 'payment_method' then (select customer_id from stripe_payment_methods where id = e.object_id)
       end;

-- Lists, the latest first, and what is replayed.
create index stripe_events_by_time on stripe_events (received_at desc, id desc);
create index stripe_events_by_state on stripe_events (state, received_at desc, id desc);
create index stripe_events_of_customer on stripe_events (customer_id, received_at desc, id desc) where customer_id is not null;

-- Which orders of operators an event was part of; one order may be of thousands.
create table stripe_event_orders (
  event_id text not null references stripe_events on delete cascade,
  audit_id bigint not null references ops_audit,
  primary key (event_id, audit_id)
);

-- What operators order to be done at Stripe: long work, one workflow per order and run. The id is that of the order's audit row.
create table stripe_orders (
  id bigint primary key references ops_audit,
  kind text not null,
  -- What it is about: ids, dates, switches.
  terms jsonb not null,
  state text not null default 'received' check (state in ('received', 'processing', 'done', 'failed')),
  -- Why it failed: a code of ours.
  reason text,
  -- What it has looked at and done so far, by names of its kind.
  counts jsonb not null default '{}',
  bugs integer not null default 0,
  run integer not null default 1,
  claim_token bigint not null default 0,
  dispatch_at timestamptz default now(),
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((state in ('received', 'processing')) = (dispatch_at is not null)),
  check ((state in ('received', 'processing')) = (ended_at is null)),
  check ((state = 'failed') = (reason is not null))
);
create index stripe_orders_to_dispatch on stripe_orders (dispatch_at) where dispatch_at is not null;
