import { expect, expectTypeOf, test } from 'vitest';
import { bulkReprocessId, processUploadId, stripeEventId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type * as Implemented from '../../workflows/index.ts';

/** The names of the contract, as values; the type test below keeps the two the same. */
const NAMES = [
  'bulkReprocess',
  'deliverWebhook',
  'processUpload',
  'processUploads',
  'runSchedule',
  'stripeEvent',
  'stripeOrder',
] as const satisfies readonly (keyof Workflows)[];

test('workflows/index.ts implements the contract exactly: every name, every input, every result', () => {
  expectTypeOf<typeof Implemented>().toEqualTypeOf<Workflows>();
  expectTypeOf<(typeof NAMES)[number]>().toEqualTypeOf<keyof Workflows>();
});

test('what a worker would register are those names and nothing else', async () => {
  const exported = await import('../../workflows/index.ts');
  expect(Object.keys(exported).sort()).toEqual([...NAMES].sort());
  for (const name of NAMES) expect(exported[name].name, 'the name that histories know').toBe(name);
});

test('the id of a run names the upload and the run, so that "already started" means this very run', () => {
  const uploadId = '0190f3a2-0000-7000-8000-000000000001';
  expect(processUploadId(uploadId, 1)).toBe(`upload:${uploadId}:1`);
  expect(bulkReprocessId(7, 2)).toBe('bulk-reprocess:7:2');
  expect(stripeEventId('evt_1', 2)).toBe('stripe-event:evt_1:2');
  expect(processUploadId(uploadId, 2)).not.toBe(processUploadId(uploadId, 1));
});

test('names that running systems remember have not changed', () => {
  expect(QUEUES).toEqual({
    interactive: 'cairn-interactive',
    heavy: 'cairn-heavy',
    maintenance: 'cairn-maintenance',
    billing: 'cairn-billing',
    webhooks: 'cairn-webhooks',
  });
  const attributes = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, type]);
  expect(attributes).toEqual([
    ['CairnAccount', 'KEYWORD'],
    ['CairnUpload', 'KEYWORD'],
    ['CairnSchedule', 'KEYWORD'],
    ['CairnStripeType', 'KEYWORD'],
    ['CairnStripeObject', 'KEYWORD'],
    ['CairnStripeCustomer', 'KEYWORD'],
    ['CairnKind', 'KEYWORD'],
    ['CairnOutcome', 'KEYWORD'],
  ]);
});
