import { expect, test } from 'vitest';
import { examineValhalla } from '../../cli/doctor/outside.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { fakeValhalla } from '../support/valhalla/fake.ts';

test('a map matcher that answers is well, one that does not is red with its runbook; none is no finding', async () => {
  const { url } = await fakeValhalla();
  expect(await examineValhalla(undefined)).toEqual([]);
  expect(await examineValhalla(url)).toEqual([
    { id: 'upstream.valhalla', state: 'ok', detail: expect.stringMatching(/version 3\.9\.1, map of 2026-11-/) },
  ]);
  expect(await examineValhalla(`http://127.0.0.1:${await freePort()}`)).toEqual([
    {
      id: 'upstream.valhalla',
      state: 'red',
      detail: expect.stringContaining('ECONNREFUSED'),
      see: 'docs/runbooks/valhalla-away.md',
    },
  ]);
});
