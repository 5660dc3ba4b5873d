import Stripe from 'stripe';
import { checkObject } from './description.ts';
import type { Seconds } from './objects.ts';

/** What the fake holds, each under its id, by its member `object`. */
export type Held =
  | Stripe.Customer
  | Stripe.DeletedCustomer
  | Stripe.Subscription
  | Stripe.Invoice
  | Stripe.PaymentMethod
  | Stripe.Coupon
  | Stripe.PromotionCode
  | Stripe.Checkout.Session
  | Stripe.WebhookEndpoint;
export type Kind = Held['object'];

/** An event as it is sent and listed. (The package has a type of its own for each of some 250 types of events.) */
export interface FakeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: Seconds;
  readonly data: { readonly object: Held | object };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: null;
  readonly type: string;
}

/** All that a world holds, as it is kept in a file between two starts. */
export interface SavedWorld {
  readonly held: readonly Held[];
  readonly events: readonly FakeEvent[];
}

/** What is so at the fake, and what has happened. Every object and event is checked against Stripe's description on its way in. */
export interface World {
  /** The fake's clock; it stands still until it is moved. */
  now: Seconds;
  readonly events: readonly FakeEvent[];
  /** Ids of those that every endpoint has taken, as far as a test has said so. */
  readonly taken: Set<string>;
  /** Makes it so, without an event: as if that had not been subscribed to. */
  put(object: Held): void;
  /** Takes it away, without an event. */
  drop(kind: Kind, id: string): void;
  find(kind: Kind, id: string): Held | undefined;
  all(kind: Kind): readonly Held[];
  /** Makes it so, and tells it. `created` is the clock's, so two in one second look alike in time. */
  happen(type: string, object: Held): FakeEvent;
  /** Takes it away and tells it. A customer leaves a stump, as at Stripe; anything else is not found any more. */
  remove(type: string, object: Held): FakeEvent;
  /** Tells of something of which the fake holds nothing. */
  tell(type: string, object: object): FakeEvent;
  save(): SavedWorld;
}

export function createWorld(now: Seconds, eventIds = 'evt_fake', saved?: SavedWorld): World {
  const held = new Map<string, Held>();
  const events: FakeEvent[] = [...(saved?.events ?? [])];
  const keyOf = (kind: Kind, id: string) => `${kind} ${id}`;
  const put = (object: Held) => {
    checkObject(object);
    held.set(keyOf(object.object, object.id), structuredClone(object));
  };
  const drop = (kind: Kind, id: string) => void held.delete(keyOf(kind, id));
  const tell = (type: string, object: object) => {
    const id = `${eventIds}${String(events.length + 1).padStart(8, '0')}`;
    const event = eventOf(id, world.now, type, structuredClone(object));
    checkObject(event);
    events.push(event);
    return event;
  };
  for (const object of saved?.held ?? []) put(object);
  const world: World = {
    now,
    events,
    taken: new Set(),
    put,
    drop,
    find: (kind, id) => held.get(keyOf(kind, id)),
    all: (kind) => [...held.values()].filter((object) => object.object === kind),
    happen: (type, object) => {
      put(object);
      return tell(type, object);
    },
    remove: (type, object) => {
      drop(object.object, object.id);
      if (object.object === 'customer') put({ id: object.id, object: 'customer', deleted: true });
      return tell(type, object);
    },
    tell,
    save: () => ({ held: [...held.values()], events }),
  };
  return world;
}

function eventOf(id: string, created: Seconds, type: string, object: object): FakeEvent {
  return {
    id,
    object: 'event',
    api_version: Stripe.API_VERSION,
    created,
    data: { object },
    livemode: 'livemode' in object && object.livemode === true,
    pending_webhooks: 1,
    request: null,
    type,
  };
}
