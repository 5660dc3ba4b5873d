import { expect, test } from 'vitest';
import type { Entry } from './support/ledger.ts';
import { type FinalRead, type FinalUpload, judge } from './support/verdict.ts';

const BOUND = { finalWithinS: 45 };
const entry = (sha256: string, outcome: Entry['outcome'] = 202): Entry => ({ sha256, phase: 'outage', outcome, ms: 1 });
const upload = (sha256: string, changes: Partial<FinalUpload> = {}): FinalUpload => ({
  id: `id-${sha256}`,
  sha256,
  state: 'ready',
  processedBy: 'workflow',
  finalS: 1,
  tracks: 1,
  inputSha256: sha256,
  trackWrites: 1,
  ends: 1,
  stolenClaims: 0,
  ...changes,
});
const end = (uploads: readonly FinalUpload[], changes: Partial<FinalRead> = {}): FinalRead => ({
  uploads,
  blobs: uploads.map(({ sha256 }) => sha256),
  workflows: uploads.map(({ id }) => ({ uploadId: id, status: 'COMPLETED' })),
  ...changes,
});

test('requests that all became their own track are good, an unanswered one that did is not', () => {
  expect(
    judge([entry('a'), entry('b')], end([upload('a'), upload('b', { processedBy: 'inline' })]), BOUND),
  ).toMatchObject({
    answers: { '2xx': 2 },
    processedBy: { workflow: 1, inline: 1 },
    good: true,
  });
  expect(judge([entry('a', 'unknown')], end([upload('a')]), BOUND)).toMatchObject({
    answers: { unknown: 1 },
    good: false,
  });
});

test.each([
  ['noRow', end([])],
  ['open', end([upload('a', { state: 'processing', finalS: null, tracks: 0, ends: 0 })])],
  ['late', end([upload('a', { finalS: 46 })])],
  ['failed', end([upload('a', { state: 'failed', tracks: 0 })])],
  ['otherBytes', end([upload('a', { inputSha256: 'b' })])],
  ['noOriginal', end([upload('a')], { blobs: [] })],
])('an acknowledged upload is lost: %s', (how, read) => {
  const { lost, good } = judge([entry('a')], read, BOUND);
  expect(lost).toMatchObject({ [how]: 1 });
  expect(good).toBe(false);
});

test.each([
  ['tracks', { tracks: 2 }],
  ['results', { trackWrites: 2 }],
  ['results', { ends: 2 }],
  ['stolenClaims', { stolenClaims: 1 }],
] as const)('what was worked on twice is doubled: %s of %j', (how, changes) => {
  expect(judge([entry('a')], end([upload('a', changes)]), BOUND)).toMatchObject({ doubled: { [how]: 1 }, good: false });
});

test.each([
  ['rows', [entry('a'), entry('b', 413)], end([upload('a'), upload('b')])],
  ['blobs', [entry('a')], end([upload('a')], { blobs: ['a', 'left in incoming'] })],
  ['workflows', [entry('a')], end([upload('a')], { workflows: [{ uploadId: 'x', status: 'COMPLETED' }] })],
  ['brokenWorkflows', [entry('a')], end([upload('a')], { workflows: [{ uploadId: 'id-a', status: 'FAILED' }] })],
] as const)('what nobody asked for is a ghost: %s', (how, entries, read) => {
  expect(judge(entries, read, BOUND)).toMatchObject({ ghosts: { [how]: 1 }, good: false });
});
