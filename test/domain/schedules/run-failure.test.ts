import { expect, test } from 'vitest';
import { runFailureOf } from '../../../domain/schedules/run-failure.ts';

const caused = (...causes: readonly object[]): object => causes.reduceRight((cause, each) => ({ ...each, cause }), {});

const step = { name: 'ActivityFailure' };
const SECRET = 'walker-17';

test.each<[string, object, object]>([
  ['a refusal', caused(step, { type: 'schedule/no-job', message: SECRET }), { code: 'schedule/no-job' }],
  [
    'an outage that outlasted the run',
    caused(step, { name: 'TimeoutFailure' }, { type: 'processing/outage' }),
    { code: 'processing/outage' },
  ],
  ['a time-out', caused(step, { name: 'TimeoutFailure' }), { code: 'schedule/timed-out' }],
  ['a cancellation', caused(step, { name: 'CancelledFailure' }), { code: 'schedule/cancelled' }],
  [
    'a bug, by its class',
    caused(step, { type: 'processing/failed', message: SECRET, details: [{ errorClass: 'TypeError' }] }),
    { code: 'processing/failed', errorClass: 'TypeError' },
  ],
  ['a bug of the workflow', new TypeError(SECRET), { code: 'processing/failed' }],
  ['nothing that one knows', { type: 'no/such', message: SECRET }, { code: 'processing/failed' }],
])('%s', (_, error, failure) => {
  expect(runFailureOf(error)).toEqual(failure);
});

test('what refers to itself is looked at for a while', () => {
  const error: { cause?: object } = {};
  error.cause = error;
  expect(runFailureOf(error)).toEqual({ code: 'processing/failed' });
});
