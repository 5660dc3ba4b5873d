import Stripe from 'stripe';

/** Which of the secrets has signed the body, by its place; or why none counts. */
export type Signature =
  | { readonly verdict: 'good'; readonly secret: number }
  | { readonly verdict: 'bad' }
  /** Signed by one of the secrets, but not now. */
  | { readonly verdict: 'stale' };

export interface SignedDelivery {
  readonly body: Buffer;
  /** `Stripe-Signature`. */
  readonly header: string | undefined;
  readonly secrets: readonly string[];
  readonly now: Date;
}

/** Either way. Stripe signs each try anew, so an old signature is somebody's copy; and a copy of the future would stay good. */
const TOLERANCE_S = 300;

/**
 * Checks a delivery against every secret. The package looks at the age alone and not at the future, and takes the last of several
 * times in a header; so here there is exactly one time, and it is compared both ways.
 */
export function checkSignature({ body, header, secrets, now }: SignedDelivery): Signature {
  const signedAt = timeOf(header);
  if (header === undefined || signedAt === undefined) return { verdict: 'bad' };
  const secret = secrets.findIndex((each) => isSignedWith(each, { body, header, signedAt }));
  if (secret < 0) return { verdict: 'bad' };
  const isNow = Math.abs(now.getTime() / 1_000 - signedAt) <= TOLERANCE_S;
  return isNow ? { verdict: 'good', secret } : { verdict: 'stale' };
}

/** What stands in `Stripe-Signature` of a delivery that is made now. */
export function signatureOf(body: string, secret: string, now: Date): string {
  const timestamp = Math.floor(now.getTime() / 1_000);
  return Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
}

function timeOf(header: string | undefined): number | undefined {
  const times = (header ?? '').split(',').filter((part) => part.trimStart().startsWith('t='));
  const [, seconds] = (times.length === 1 && /^t=(\d{1,12})$/.exec(times[0] ?? '')) || [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** As of the moment of signing: how old that is, is asked above. */
function isSignedWith(
  secret: string,
  { body, header, signedAt }: { body: Buffer; header: string; signedAt: number },
): boolean {
  try {
    const check = Stripe.webhooks.signature;
    return check?.verifyHeader(body, header, secret, TOLERANCE_S, undefined, signedAt * 1_000) === true;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}
