/**
 * The customer that an event's object is, or is of: an id, or the customer itself where somebody had it expanded. As Stripe sends it:
 * it may be anything, or nothing.
 */
export function customerOfObject({ object, id, customer }: Readonly<Record<string, unknown>>): unknown {
  return object === 'customer' ? id : (Object(customer).id ?? customer);
}
