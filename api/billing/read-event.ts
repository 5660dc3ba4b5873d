import { createHash } from 'node:crypto';
import { Rejection } from '../../contracts/rejections.ts';
import { STRIPE_EVENT_ID } from '../../contracts/stripe-events.ts';
import type { NewStripeEvent } from '../../db/stripe-events.ts';
import { customerOfObject } from '../../domain/billing/event-customer.ts';

/** The columns of a delivered event, whose signature is good. Throws `Rejection` for what is signed and is none. */
export function readEvent(body: Buffer): Omit<NewStripeEvent, 'traceParent'> {
  const event = parsed(body);
  if (event.object === 'v2.core.event') throw new Rejection('billing/thin-event');
  const { id, type, created, livemode, account, api_version: apiVersion } = event;
  const object = Object(Object(event.data).object);
  const customerId = customerOfObject(object);
  if (event.object !== 'event' || !isId(id) || !isText(type))
    throw notAnEvent('It has no `object: event`, id or type.');
  if (typeof livemode !== 'boolean' || !isTime(created)) throw notAnEvent('It has no `livemode` or `created`.');
  return {
    id,
    type,
    livemode,
    created: new Date(created * 1_000),
    stripeAccount: isText(account) ? account : null,
    apiVersion: isText(apiVersion) ? apiVersion : null,
    objectType: isText(object.object) ? object.object : null,
    objectId: isText(object.id) ? object.id : null,
    customerId: isText(customerId) ? customerId : null,
    body,
    contentSha256: contentHash(event),
  };
}

function parsed(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw notAnEvent('It is no JSON in UTF-8.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAnEvent('It is no JSON object.');
  return Object(value);
}

/** Of all but the count of endpoints that are still to be told, which differs from one delivery to the next. */
function contentHash({ pending_webhooks: _, ...content }: Record<string, unknown>): Buffer {
  try {
    return createHash('sha256').update(JSON.stringify(content)).digest();
  } catch {
    throw notAnEvent('It is nested too deeply.'); // what parses is not always written again
  }
}

function notAnEvent(detail: string): Rejection {
  return new Rejection('billing/not-an-event', { detail });
}

/** It becomes part of a workflow's id. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && STRIPE_EVENT_ID.test(value);
}

/** Stripe's words and ids have no control characters; Postgres' text cannot hold \u0000. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value);
}

/** Seconds, up to the year 9999. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 253_402_300_799;
}
