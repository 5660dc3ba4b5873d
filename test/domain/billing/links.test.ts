import { expect, test } from 'vitest';
import { type LinkFacts, linkOf } from '../../../domain/billing/links.ts';

const NOBODY = { account: null, linkedBy: null };
const FACTS: LinkFacts = { kept: NOBODY, metadata: null, checkout: null };

test.each<[string, Partial<LinkFacts>, ReturnType<typeof linkOf>]>([
  ['nobody says anything', {}, NOBODY],
  ['metadata', { metadata: 'walker' }, { account: 'walker', linkedBy: 'metadata' }],
  ['a checkout', { checkout: 'walker' }, { account: 'walker', linkedBy: 'checkout' }],
  ['both', { metadata: 'walker', checkout: 'runner' }, { account: 'walker', linkedBy: 'metadata' }],
  ['words that no site can say', { metadata: 'the canary', checkout: 'jörg' }, NOBODY],
  [
    'a word that is none, and one that is',
    { metadata: '', checkout: 'runner' },
    { account: 'runner', linkedBy: 'checkout' },
  ],
  ['metadata that is gone', { kept: { account: 'walker', linkedBy: 'metadata' } }, NOBODY],
])('by what Stripe says: %s', (_, facts, link) => {
  expect(linkOf({ ...FACTS, ...facts })).toEqual(link);
});

test.each(['walker', null])("an operator's word for %s stays, whatever Stripe says", (account) => {
  const kept = { account, linkedBy: 'operator' } as const;
  expect(linkOf({ kept, metadata: 'runner', checkout: 'rider' })).toEqual(kept);
});
