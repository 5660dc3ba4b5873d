import { expect, test } from 'vitest';
import { isPublicAddress } from '../../services/public-address.ts';
import { addressesOf, targetProblem } from '../../services/webhook-target.ts';

const STRICT = { http: false, privateAddresses: false };
const OPEN = { http: true, privateAddresses: true };

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'the end of loopback'],
  ['0.0.0.0', 'this host'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', "a carrier's own"],
  ['169.254.1.1', 'link-local'],
  ['169.254.169.254', 'the metadata of clouds'],
  ['192.0.2.1', 'documentation'],
  ['198.18.0.1', 'benchmarks'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'nobody'],
  ['::1', 'loopback'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'the metadata of a cloud'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'IPv4-mapped loopback'],
  ['::ffff:a9fe:a9fe', 'IPv4-mapped metadata'],
  ['0:0:0:0:0:ffff:10.0.0.1', 'IPv4-mapped private, written out'],
  ['::127.0.0.1', 'IPv4-compatible'],
  ['64:ff9b::7f00:1', 'NAT64 of loopback'],
  ['2002:7f00:1::', '6to4 of loopback'],
  ['2001::1', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['not an address', 'not one'],
])('%s is not public: %s', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['1.1.1.1', '100.128.0.1', '172.32.0.1', '192.0.1.1', '2606:4700::1111', '2a00:1450::1', '::ffff:1.1.1.1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ['http://site.example/hook', 'is not https'],
  ['ftp://site.example/hook', 'is not https'],
  ['https://name:word@site.example/hook', 'holds a name or a password'],
  ['https://site.example/hook#part', 'has a fragment, which is never sent'],
  ['hook', 'is not a URL'],
  [`https://site.example/${'x'.repeat(2_048)}`, 'has more than 2048 characters'],
  ['https://2130706433/hook', 'is a private address'],
  ['https://0x7f.1/hook', 'is a private address'],
  ['https://0177.0.0.1/hook', 'is a private address'],
  ['https://127.1/hook', 'is a private address'],
  ['https://[::1]/hook', 'is a private address'],
  ['https://[::ffff:127.0.0.1]/hook', 'is a private address'],
  ['https://169.254.169.254/latest', 'is a private address'],
])('%s %s', (url, problem) => {
  expect(targetProblem(url, STRICT)).toBe(problem);
});

test('https at a name or a public address is taken; the rest where it is let through, each for itself', () => {
  for (const url of ['https://site.example/hook?a=b', 'https://1.1.1.1:8443/'])
    expect(targetProblem(url, STRICT)).toBe(undefined);
  expect(targetProblem('http://10.0.0.1/', OPEN)).toBe(undefined);
  expect(targetProblem('http://10.0.0.1/', { ...OPEN, privateAddresses: false })).toBe('is a private address');
  expect(targetProblem('http://10.0.0.1/', { ...OPEN, http: false })).toBe('is not https');
});

test('a name is judged by every address that it stands for', async () => {
  const url = new URL('https://localhost/hook');
  await expect(addressesOf(url, STRICT)).rejects.toThrow('the name stands for a private address');
  const addresses = await addressesOf(url, OPEN);
  expect(addresses.length).toBeGreaterThan(0);
  for (const { address } of addresses) expect(['127.0.0.1', '::1']).toContain(address);
});
