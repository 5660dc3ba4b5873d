/** A webhook endpoint as Stripe has it. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  /** Stripe's own word: enabled, or disabled. */
  readonly status: string;
  /** Types of events, or `*` alone. */
  readonly types: readonly string[];
  /** Null: that of the account. */
  readonly apiVersion: string | null;
}

/** What this installation expects of it. */
export interface ExpectedEndpoint {
  /** Where it is reached from outside, as far as that was told. */
  readonly publicUrl: string | undefined;
  readonly types: readonly string[];
  readonly apiVersion: string;
}

export interface EndpointFault {
  readonly what: 'missing' | 'disabled' | 'address' | 'types' | 'version';
  /** Events are lost to us by it; else it is worth a look. */
  readonly isBad: boolean;
  /** What is so, and what to do. */
  readonly detail: string;
}

export interface EndpointVerdict {
  /** The one that is taken for ours. */
  readonly endpoint: WebhookEndpoint | undefined;
  readonly faults: readonly EndpointFault[];
}

const STRIPE_WEBHOOK_PATH = '/v1/webhooks/stripe';

/** Which of an account's endpoints is this installation's, and what is wrong with it. */
export function judgeEndpoints(all: readonly WebhookEndpoint[], expected: ExpectedEndpoint): EndpointVerdict {
  const wanted = expected.publicUrl && expected.publicUrl.replace(/\/$/, '') + STRIPE_WEBHOOK_PATH;
  const candidates = all.filter(({ url }) => url.replace(/\/$/, '').endsWith(STRIPE_WEBHOOK_PATH));
  const exact = candidates.filter(({ url }) => url === wanted);
  const endpoint = (exact.length > 0 ? exact : candidates).toSorted(enabledFirst)[0];
  if (!endpoint) return { endpoint, faults: [missing(all.length, wanted)] };
  const found = [
    disabled(endpoint),
    elsewhere(endpoint, wanted),
    unsubscribed(endpoint, expected.types),
    otherVersion(endpoint, expected.apiVersion),
  ];
  return { endpoint, faults: found.flatMap((fault) => fault ?? []) };
}

function enabledFirst(one: WebhookEndpoint, other: WebhookEndpoint): number {
  return Number(other.status === 'enabled') - Number(one.status === 'enabled');
}

function missing(count: number, wanted: string | undefined): EndpointFault {
  const where = wanted ?? `the API's public address with ${STRIPE_WEBHOOK_PATH}`;
  const detail = `none of the ${count} endpoints at Stripe is for Cairn: add one for ${where}, with its types, in the Dashboard`;
  return { what: 'missing', isBad: true, detail };
}

function disabled({ id, status }: WebhookEndpoint): EndpointFault | undefined {
  if (status === 'enabled') return undefined;
  return {
    what: 'disabled',
    isBad: true,
    detail: `${id} is ${status}: enable it at Stripe, once deliveries are taken`,
  };
}

function elsewhere({ id, url }: WebhookEndpoint, wanted: string | undefined): EndpointFault | undefined {
  if (wanted === url) return undefined;
  if (wanted !== undefined) {
    return { what: 'address', isBad: true, detail: `${id} delivers to ${url}, not to ${wanted}: change it at Stripe` };
  }
  const detail = `${id} delivers to ${url}; whether that is here CAIRN_PUBLIC_URL would tell`;
  return { what: 'address', isBad: false, detail };
}

function unsubscribed({ id, types }: WebhookEndpoint, handled: readonly string[]): EndpointFault | undefined {
  const lacks = types.includes('*') ? [] : handled.filter((type) => !types.includes(type));
  if (lacks.length === 0) return undefined;
  return { what: 'types', isBad: true, detail: `${id} is not sent ${lacks.join(', ')}: select them at Stripe` };
}

/** Only a look: objects are fetched in the package's version whatever an event was written in. */
function otherVersion({ id, apiVersion }: WebhookEndpoint, expected: string): EndpointFault | undefined {
  if (apiVersion === expected) return undefined;
  const has = apiVersion ?? "the account's default version";
  const detail = `${id} writes events in ${has}, Cairn is written for ${expected}: make an endpoint of that version`;
  return { what: 'version', isBad: false, detail };
}
