import { expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { apiStack } from './support/app.ts';
import { expectProblem } from './support/problem.ts';

const stack = await apiStack();
const { key } = await createKey(stack.db, { kind: 'operator', name: 'test' });
const headers = { authorization: `Bearer ${key}` };
const payload = { reason: 'because the test says so' };

test('while Temporal is away a pause is refused, and is not written down as one', { timeout: 60_000 }, async () => {
  const answer = await stack.inject({ method: 'POST', url: '/v1/ops/schedules/retention/pause', headers, payload });
  expectProblem(answer, 'service/temporal-unavailable');
  expect(await stack.query('select from ops_audit')).toEqual([]);
});

test('a trigger that cannot start its run is written down, and so is that it could not', {
  timeout: 60_000,
}, async () => {
  const answer = await stack.inject({ method: 'POST', url: '/v1/ops/schedules/retention/trigger', headers, payload });
  expectProblem(answer, 'service/temporal-unavailable');
  const rows = await stack.query<{ id: number }>('select id, action, facts from ops_audit order by id');
  expect(rows).toMatchObject([
    { action: 'schedule.trigger' },
    { action: 'schedule.trigger.failed', facts: { schedule: 'retention', order: rows[0]?.id, started: 0 } },
  ]);
});
