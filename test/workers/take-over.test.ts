import { expect, test } from 'vitest';
import type { Version, Versions } from '../../platform/temporal/versions.ts';
import { type Stand, standOf, type TakeOverFacts } from '../../workers/take-over.ts';

const at = new Date('2026-11-21T00:00:00Z');
const build = (buildId: string, status: Version['status']): Version => {
  return {
    buildId,
    status,
    createdAt: at,
    lastCurrentAt: status === 'inactive' || status === 'ramping' ? undefined : at,
  };
};
const versions = (current: string | null, builds: readonly Version[], more: Partial<Versions> = {}): Versions => {
  return { current, ramping: undefined, builds, isSettled: true, token: new Uint8Array(), ...more };
};
const B1_CURRENT = versions('b1', [build('b1', 'current'), build('b2', 'inactive')]);
const B1_BEFORE = versions('b2', [build('b2', 'current'), build('b1', 'draining')]);

const cases: readonly [string, TakeOverFacts, Stand][] = [
  ['is current', of('b1', B1_CURRENT, ['b1']), { serves: true }],
  ['is not registered yet', of('b3', B1_CURRENT, ['b1', 'b3']), { serves: false }],
  ['is not registered yet, nor is anybody', of('b1', undefined, ['b1']), { serves: false }],
  [
    'is the first',
    of('b1', versions(null, [build('b1', 'inactive')]), ['b1', null], 'by-order'),
    { serves: false, takeOver: 'first build' },
  ],
  ['is new', of('b2', B1_CURRENT, ['b1', 'b2']), { serves: false, takeOver: 'new build' }],
  ['is new, where operators release', of('b2', B1_CURRENT, ['b1', 'b2'], 'by-order'), { serves: false }],
  ['was current, and somebody of the current one lives', of('b1', B1_BEFORE, ['b1', 'b2']), { serves: false }],
  [
    'was current, and nobody of the current one lives',
    of('b1', B1_BEFORE, ['b1'], 'by-order'),
    { serves: false, takeOver: 'nobody else lives' },
  ],
  [
    'ramps',
    of(
      'b2',
      versions('b1', [build('b1', 'current'), build('b2', 'ramping')], { ramping: { buildId: 'b2', percent: 10 } }),
      ['b1', 'b2'],
    ),
    { serves: true },
  ],
  [
    'was rolled back to workers without a version, of which one lives',
    of('b1', versions(null, [build('b1', 'drained')]), ['b1', null]),
    { serves: false },
  ],
  [
    'was rolled back to workers without a version, of which none lives',
    of('b1', versions(null, [build('b1', 'drained')]), ['b1']),
    { serves: false, takeOver: 'nobody else lives' },
  ],
  ['has no version, nor has anybody', of(null, undefined, [null]), { serves: true }],
  ['has no version, and somebody with one lives', of(null, B1_CURRENT, [null, 'b1']), { serves: false }],
  [
    'has no version, and nobody with one lives any more',
    of(null, B1_CURRENT, [null]),
    { serves: false, takeOver: 'nobody else lives' },
  ],
];

test.each(cases)('a worker whose build %s', (_, facts, stand) => {
  expect(standOf(facts)).toEqual(stand);
});

function of(
  buildId: string | null,
  known: Versions | undefined,
  livingBuilds: readonly (string | null)[],
  policy: TakeOverFacts['policy'] = 'at-start',
): TakeOverFacts {
  return { versions: known, buildId, livingBuilds, policy };
}
