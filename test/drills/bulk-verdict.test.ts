import { expect, test } from 'vitest';
import { type EndOfUpload, judgeBulk, type OrderEnd } from './support/bulk/verdict.ts';

const ENDED = { state: 'ready', openMs: 30, trackWrites: 1, ends: 1, stolenClaims: 0 } as const;
const MADE: EndOfUpload = { ...ENDED, account: 'bulk-1', sha256: 'a', run: 2, trackRun: 2 };
const SINGLE: EndOfUpload = { ...ENDED, account: 'drill', sha256: 'b', run: 1, trackRun: 1 };
const ORDER: OrderEnd = {
  ...{ state: 'done', selected: 2, begun: 2, ready: 2, failed: 0, superseded: 0, handedOver: 0 },
};
const judged = (
  changes: { made?: Partial<EndOfUpload>; single?: Partial<EndOfUpload>; order?: Partial<OrderEnd> } = {},
  acknowledged = ['b'],
) => {
  const uploads = [MADE, { ...MADE, ...changes.made }, { ...SINGLE, ...changes.single }];
  return judgeBulk(uploads, { ...ORDER, ...changes.order }, { tracks: 2, acknowledged });
};

test('all made again once and told so, and every single one there, is good', () => {
  const nothing = { lost: 0, doubled: 0 };
  expect(judged()).toEqual({ bulk: nothing, singles: nothing, miscounted: 0, good: true });
});

test.each([
  ['a track that is still the old one', { made: { run: 1, trackRun: 1 } }, { bulk: { lost: 1, doubled: 0 } }],
  ['one that is open', { made: { state: 'processing' } }, { bulk: { lost: 1, doubled: 0 } }],
  ['one that a third run made', { made: { run: 3, trackRun: 3 } }, { bulk: { lost: 1, doubled: 0 } }],
  ['one that was written twice', { made: { trackWrites: 2 } }, { bulk: { lost: 0, doubled: 1 } }],
  ['one that ended twice', { made: { ends: 2 } }, { bulk: { lost: 0, doubled: 1 } }],
  ['a claim taken from the living', { made: { stolenClaims: 1 } }, { bulk: { lost: 0, doubled: 1 } }],
  ['a single that is open', { single: { state: 'received' } }, { singles: { lost: 1, doubled: 0 } }],
  ['a single that was written twice', { single: { trackWrites: 2 } }, { singles: { lost: 0, doubled: 1 } }],
  ['an order that counts one less', { order: { ready: 1 } }, { miscounted: 1 }],
  ['an order that is not done', { order: { state: 'running' } }, { miscounted: 1 }],
])('%s is not', (_, changes, finding) => {
  expect(judged(changes)).toMatchObject({ ...finding, good: false });
});

test('an acknowledged upload without a row is lost', () => {
  expect(judged({}, ['b', 'c'])).toMatchObject({ singles: { lost: 1 }, good: false });
});
