import { expect, test } from 'vitest';
import { EXIT_CODES, type FindingState, finding, verdictOf } from '../../cli/doctor/finding.ts';

const of = (...states: FindingState[]) => verdictOf(states.map((state, i) => finding(`x.${i}`, state, '')));

test.each<[string, FindingState[]]>([
  ['green', ['ok']],
  ['green', ['ok', 'warning']],
  ['unknown', ['ok', 'unknown', 'warning']],
  ['red', ['ok', 'red']],
  ['red', ['unknown', 'red', 'unknown']],
  ['unknown', []],
])('%s is what %j make together', (verdict, states) => {
  expect(of(...states)).toBe(verdict);
});

test('each verdict has its exit code, and 1 is left to wrong usage', () => {
  expect(EXIT_CODES).toEqual({ green: 0, red: 2, unknown: 3 });
});
