-- The canary looks every five minutes for what died canaries have left; all other events are none of its business.
create index stripe_events_of_canary on stripe_events (received_at) where type = 'cairn.canary';

-- An account's own codes; most codes are for everybody.
create index stripe_promotion_codes_of_customer on stripe_promotion_codes (customer_id) where customer_id is not null;
