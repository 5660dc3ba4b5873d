import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Whether an address is somebody's on the internet, and not of this machine, its network, its cloud's metadata or of nobody
 * (IANA's special-purpose registries, RFC 6890). IPv6 goes by what is allowed: global unicast, less what is carved out of it
 * and less what stands for an IPv4 address, which is judged by that one or not trusted.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !NOT_PUBLIC_4.check(address, 'ipv4');
  if (!isIPv6(address)) return false;
  const mapped = mappedIPv4(address);
  if (mapped !== undefined) return isPublicAddress(mapped);
  return GLOBAL_6.check(address, 'ipv6') && !NOT_PUBLIC_6.check(address, 'ipv6');
}

const NOT_PUBLIC_4 = subnets('ipv4', [
  '0.0.0.0/8', // this network
  '10.0.0.0/8',
  '100.64.0.0/10', // carriers' own
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local: metadata of clouds
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

const GLOBAL_6 = subnets('ipv6', ['2000::/3']);
const NOT_PUBLIC_6 = subnets('ipv6', [
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: stands for an IPv4 address
  '3fff::/20', // documentation
]);

function subnets(family: 'ipv4' | 'ipv6', all: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of all) {
    const [address = '', bits] = subnet.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Of `::ffff:127.0.0.1`, however it is written. */
function mappedIPv4(address: string): string | undefined {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, two >> 8, two & 255].join('.');
}
