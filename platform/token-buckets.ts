import { isIPv6 } from 'node:net';

/** Tokens by address: whoever has none left is to wait. */
export interface TokenBuckets {
  /** False when there is none. */
  take(address: string): boolean;
  /** As if it had not been taken. */
  giveBack(address: string): void;
}

/** Beyond this the address that was quiet for longest is forgotten, so a flood from everywhere holds a few MB and no more. */
const ADDRESSES_AT_MOST = 10_000;

/** Full at first, and filled again evenly: `perMinute` at once, and `perMinute` a minute in the long run. */
export function createTokenBuckets(perMinute: number, nowMs: () => number = () => performance.now()): TokenBuckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  const bucketOf = (address: string) => {
    const who = networkOf(address);
    const now = nowMs();
    const { tokens, atMs } = buckets.get(who) ?? { tokens: perMinute, atMs: now };
    const bucket = { tokens: Math.min(perMinute, tokens + ((now - atMs) * perMinute) / 60_000), atMs: now };
    buckets.delete(who); // to the end: the map's order is that of the last visit
    buckets.set(who, bucket);
    const [quietest] = buckets.size > ADDRESSES_AT_MOST ? buckets.keys() : [];
    if (quietest !== undefined) buckets.delete(quietest);
    return bucket;
  };
  return {
    take: (address) => {
      const bucket = bucketOf(address);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    giveBack: (address) => {
      const bucket = bucketOf(address);
      bucket.tokens = Math.min(perMinute, bucket.tokens + 1);
    },
  };
}

/** Of IPv6 the first 64 bits: that many addresses one customer of a provider has. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [start = '', end] = address.split('%')[0]?.split('::') ?? [];
  const groups = start === '' ? [] : start.split(':');
  if (end !== undefined) {
    const last = end === '' ? [] : end.split(':');
    groups.push(...Array.from({ length: 8 - groups.length - last.length }, () => '0'), ...last);
  }
  return groups.slice(0, 4).join(':');
}
