import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** What is let through besides https to public addresses. */
export interface WebhookTargets {
  readonly http: boolean;
  readonly privateAddresses: boolean;
}

const URL_CHARACTERS_AT_MOST = 2_048;

/** Why no message is sent there; undefined: it may be, if the addresses of its name may. */
export function targetProblem(text: string, targets: WebhookTargets): string | undefined {
  if (text.length > URL_CHARACTERS_AT_MOST) return `has more than ${URL_CHARACTERS_AT_MOST} characters`;
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && targets.http)) return 'is not https';
  if (url.username !== '' || url.password !== '') return 'holds a name or a password';
  if (url.hash !== '') return 'has a fragment, which is never sent';
  const host = hostOf(url);
  // The parser has made `2130706433`, `0x7f.1` and the like what they stand for.
  if (isIP(host) !== 0 && !isAllowed(host, targets)) return 'is a private address';
  return undefined;
}

export class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
}

/**
 * The addresses to connect to: looked up once, and the connection is made to these and to no others, so a name cannot be
 * another one when it is used than when it was checked. One that is not allowed is enough to refuse the name.
 */
export async function addressesOf(url: URL, targets: WebhookTargets): Promise<readonly LookupAddress[]> {
  const host = hostOf(url);
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host, { all: true }) : [{ address: host, family }];
  if (addresses.every(({ address }) => isAllowed(address, targets))) return addresses;
  throw new AddressNotAllowed('the name stands for a private address');
}

function isAllowed(address: string, targets: WebhookTargets): boolean {
  return targets.privateAddresses || isPublicAddress(address);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
