import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { expect, test } from 'vitest';
import { asStepFailure } from '../../activities/step-failures.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { failureOf, isCancellation } from '../../domain/upload/failure-of.ts';

/** As a workflow catches it: Temporal's wrapping around what the step's interceptor threw. */
function fromActivity(cause: Error): ActivityFailure {
  return new ActivityFailure('Activity task failed', 'digest', '1', 'NON_RETRYABLE_FAILURE', 'worker', cause);
}

const FACTS = { detail: 'Line 7 is broken.', offset: 512, limit: 'points', limitValue: 1_000_000 };

test('a rejection keeps its code and facts, on either path', () => {
  const rejection = new Rejection('gpx/malformed', FACTS);
  const expected = { code: 'gpx/malformed', facts: FACTS };
  expect(failureOf(rejection), 'inline').toEqual(expected);
  expect(failureOf(fromActivity(asStepFailure(rejection, 1))), 'workflow').toEqual(expected);
});

test('an ActivityFailure is read through to its ApplicationFailure', () => {
  const cause = ApplicationFailure.create({ type: 'gpx/truncated', details: [{ offset: 9 }] });
  expect(failureOf(fromActivity(cause))).toEqual({ code: 'gpx/truncated', facts: { offset: 9 } });
});

test('facts are only what the contract knows, whatever a failure carries', () => {
  const details = [{ offset: 'seven', detail: 7, limit: null, lat: 47.1, path: '/etc/passwd' }];
  expect(failureOf(ApplicationFailure.create({ type: 'gpx/truncated', details }))).toEqual({
    code: 'gpx/truncated',
    facts: {},
  });
  expect(failureOf(ApplicationFailure.create({ type: 'gpx/truncated' })).facts).toEqual({});
});

test.each([
  ['an error', new Error('select * from secrets')],
  ['a type that is no code', ApplicationFailure.create({ type: 'TypeError', message: 'x is undefined' })],
  ['a time-out', fromActivity(new TimeoutFailure('too late', undefined, TimeoutType.START_TO_CLOSE))],
  ['a text', 'out of cheese'],
  ['nothing', undefined],
])('%s is a fault of ours, and its text is not shown', (_, error) => {
  expect(failureOf(error)).toEqual({ code: 'processing/failed', facts: {} });
});

test('a failure that is its own cause does not hang the reader', () => {
  const error = new Error('round');
  error.cause = error;
  expect(failureOf(error).code).toBe('processing/failed');
});

test('a cancellation is told from a failure, however deep it is', () => {
  expect(isCancellation(new CancelledFailure('cancelled'))).toBe(true);
  expect(isCancellation(fromActivity(new CancelledFailure('cancelled')))).toBe(true);
  expect(isCancellation(fromActivity(ApplicationFailure.create({ type: 'gpx/truncated' })))).toBe(false);
});
