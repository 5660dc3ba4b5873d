import { EVENT_TYPES } from '../../activities/billing/event-types.ts';
import type { Db } from '../../db/pool.ts';
import { readStripeGauges } from '../../db/stripe-gauges.ts';
import { type EndpointFault, judgeEndpoints } from '../../domain/billing/endpoints.ts';
import { isSilent, SILENCE_HOURS } from '../../domain/billing/silence.ts';
import { API_VERSION, webhookEndpointsOf } from '../../services/stripe-endpoints.ts';
import { type Finding, finding } from './finding.ts';
import type { Where } from './where.ts';

const DELIVERIES = 'stripe-deliveries';
const EVENTS = 'stripe-events';

/** Stripe's side, as Stripe tells it: whether it would deliver, here, and all that is handled. Nothing where there is no key. */
export async function examineStripe(stripe: Where['stripe']): Promise<readonly Finding[]> {
  if (!stripe) return [];
  const asked = await webhookEndpointsOf(stripe);
  if (asked.answer === 'key-refused') {
    return [finding('stripe.key', 'red', `${asked.because}: set a CAIRN_STRIPE_API_KEY that is valid`, EVENTS)];
  }
  if (asked.answer === 'away') {
    const detail = `Stripe cannot be asked: ${asked.because}; events that arrive wait for it, for three days`;
    return [finding('stripe.key', 'unknown', detail, DELIVERIES)];
  }
  const key = finding('stripe.key', 'ok', `accepted, of ${asked.livemode ? 'live' : 'test'} mode`);
  const { publicUrl } = stripe;
  const expected = { publicUrl, types: Object.keys(EVENT_TYPES), apiVersion: API_VERSION };
  const { endpoint, faults } = judgeEndpoints(asked.endpoints, expected);
  const told = (id: string, what: readonly EndpointFault['what'][], well: string): Finding => {
    const fault = faults.find((each) => what.includes(each.what));
    const state = fault === undefined ? 'ok' : fault.isBad ? 'red' : 'warning';
    return finding(id, state, fault?.detail ?? well, DELIVERIES);
  };
  const first = told('stripe.endpoint', ['missing', 'disabled'], `${endpoint?.id} is enabled`);
  if (!endpoint) return [key, first];
  return [
    key,
    first,
    told('stripe.address', ['address'], endpoint.url),
    told('stripe.types', ['types'], `all ${expected.types.length} that are handled`),
    told('stripe.version', ['version'], API_VERSION),
  ];
}

/** As the alert. */
const WAITS_S_AT_MOST = 900;

/** What the rows say of events: whether they come, wait, or are dead. Nothing where there is no key and never was an event. */
export async function stripeEventFindings(db: Db, stripe: Where['stripe']): Promise<readonly Finding[]> {
  const now = await readStripeGauges(db, SILENCE_HOURS);
  const { open, oldestOpenS, deadOfKey, deadOfOthers, lastS, usual } = now;
  const dead = deadOfKey + deadOfOthers;
  if (!stripe && lastS === null && open + dead === 0) return [];
  const last = lastS === null ? 'no event within 15 days' : `the last event came ${ago(lastS)} ago`;
  const same = `${usual === 0 ? 'none' : usual >= 100 ? '100 or more' : usual} in the same ${SILENCE_HOURS} hours of the last two weeks`;
  return [
    finding('stripe.silence', isSilent(now) ? 'red' : 'ok', `${last}; ${same}`, DELIVERIES),
    finding(
      'stripe.waiting',
      oldestOpenS > WAITS_S_AT_MOST ? 'red' : 'ok',
      `${open} are open, the oldest for ${ago(oldestOpenS)}`,
      DELIVERIES,
    ),
    finding(
      'stripe.dead',
      deadOfKey > 0 ? 'red' : dead > 0 ? 'warning' : 'ok',
      deadOfKey > 0 ? `${dead} are dead, ${deadOfKey} because Stripe refused the key` : `${dead} are dead`,
      EVENTS,
    ),
  ];
}

function ago(seconds: number): string {
  return seconds < 7_200 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 3_600)} h`;
}
