import { expect, test } from 'vitest';
import { type ExpectedEndpoint, judgeEndpoints, type WebhookEndpoint } from '../../../domain/billing/endpoints.ts';

const URL_HERE = 'https://cairn.example.org/v1/webhooks/stripe';
const expected: ExpectedEndpoint = {
  publicUrl: 'https://cairn.example.org',
  types: ['invoice.paid', 'coupon.updated'],
  apiVersion: '2026-10-28.endive',
};
const well: WebhookEndpoint = {
  ...{ id: 'we_1', url: URL_HERE, status: 'enabled' },
  ...{ types: ['*'], apiVersion: expected.apiVersion },
};
const judged = (all: readonly WebhookEndpoint[], changes: Partial<ExpectedEndpoint> = {}) =>
  judgeEndpoints(all, { ...expected, ...changes });

test.each<[string, readonly WebhookEndpoint[]]>([
  ['one with every type', [well]],
  ['one with the handled types and more', [{ ...well, types: ['coupon.updated', 'invoice.paid', 'charge.failed'] }]],
  ['one among others', [{ ...well, id: 'we_2', url: 'https://shop.example.org/hooks' }, well]],
  ['one beside a disabled one of the same address', [{ ...well, id: 'we_old', status: 'disabled' }, well]],
  ['one beside that of another installation', [{ ...well, url: URL_HERE.replace('cairn', 'staging') }, well]],
])('%s is well', (_, all) => {
  const { endpoint, faults } = judged(all);
  expect([endpoint?.id, endpoint?.url, faults]).toEqual(['we_1', URL_HERE, []]);
});

test.each<[string, readonly WebhookEndpoint[], string, boolean, RegExp]>([
  ['none', [], 'missing', true, /none of the 0 .* https:\/\/cairn\.example\.org\/v1\/webhooks\/stripe/],
  ['one for something else', [{ ...well, url: 'https://x.org/hooks' }], 'missing', true, /none of the 1/],
  ['a disabled one', [{ ...well, status: 'disabled' }], 'disabled', true, /we_1 is disabled: enable it/],
  [
    'one of another host',
    [{ ...well, url: `https://old.org/v1/webhooks/stripe` }],
    'address',
    true,
    /old\.org.*not to/,
  ],
  ['one over http', [{ ...well, url: URL_HERE.replace('https', 'http') }], 'address', true, /change it at Stripe/],
  ['one that lacks a type', [{ ...well, types: ['coupon.updated'] }], 'types', true, /not sent invoice\.paid:/],
  ['an older version', [{ ...well, apiVersion: '2025-01-01.acacia' }], 'version', false, /in 2025-01-01\.acacia/],
  ["the account's version", [{ ...well, apiVersion: null }], 'version', false, /default version/],
])('%s is told, with what to do', (_, all, what, isBad, detail) => {
  expect(judged(all).faults).toEqual([{ what, isBad, detail: expect.stringMatching(detail) }]);
});

test('without a public address only that it cannot be told is told; all faults of one are', () => {
  expect(judged([well], { publicUrl: undefined }).faults).toEqual([
    { what: 'address', isBad: false, detail: expect.stringContaining('CAIRN_PUBLIC_URL') },
  ]);
  const bad = { ...well, status: 'disabled', types: [], apiVersion: null };
  expect(judged([bad]).faults.map(({ what }) => what)).toEqual(['disabled', 'types', 'version']);
  expect(judged([well], { publicUrl: 'https://cairn.example.org/' }).faults).toEqual([]);
});
