import { expect, inject, test } from 'vitest';
import { freePort } from '../../platform/embedded/ports.ts';
import { codecSetting } from '../support/cairn-process.ts';
import { testStack } from '../support/stack.ts';
import { cairn } from './cairn.ts';

const stack = await testStack();
const env = {
  DATABASE_URL: stack.url,
  CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
  CAIRN_TEMPORAL_NAMESPACE: stack.namespace,
  CAIRN_CODEC_KEYS: codecSetting(stack),
};
const schedules = (...args: readonly string[]) => cairn(['schedules', ...args], env);
const REASON = ['--reason', 'because the test says so'];

/** Each command is a process that compiles itself. */
const LONG = { timeout: 180_000 };

test(
  'diff: 2 while something differs, told by name and term; 0 after apply; 3 when Temporal is away',
  LONG,
  async () => {
    const missing = await schedules('diff');
    expect(missing, missing.err).toMatchObject({ code: 2 });
    expect(missing.out).toMatch(/^cairn-retention +missing$/m);
    expect((await schedules('apply')).out).toContain('cairn-retention is created');
    expect(await schedules('diff')).toMatchObject({ code: 0 });

    const handle = stack.client.schedule.getHandle('cairn-retention');
    await handle.update((previous) => ({ ...previous, policies: { ...previous.policies, catchupWindow: 60_000 } }));
    const drifted = await schedules('diff', '--json');
    expect(drifted.code).toBe(2);
    expect(JSON.parse(drifted.out)).toMatchObject({
      inSync: false,
      differences: expect.arrayContaining([
        expect.objectContaining({
          temporalId: 'cairn-retention',
          state: 'drifted',
          terms: [{ term: 'catchUpS', declared: 43_200, registered: 60 }],
        }),
      ]),
    });
    expect((await schedules('diff')).out).toContain('catchUpS: 60 is to be 43200');
    expect((await schedules('apply')).out).toContain('cairn-retention is updated');

    const away = { ...env, CAIRN_TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
    const unknown = await cairn(['schedules', 'diff'], away);
    expect(unknown).toMatchObject({ code: 3, out: '' });
    expect(unknown.err).toMatch(/^cannot tell: /);
  },
);

test('orders go with a reason, and are written down with who gave them', LONG, async () => {
  await schedules('apply');
  expect((await schedules('pause', 'canary', ...REASON)).out).toMatch(/^canary is paused \(order \d+\)\.$/m);
  expect((await schedules('diff')).out).toMatch(/^cairn-canary +unchanged +paused: because the test says so \(cli:/m);
  expect(await schedules('resume', 'canary', ...REASON)).toMatchObject({ code: 0 });
  const range = ['--from', '2026-03-01', '--to', '2026-03-01T00:12:00Z'];
  const dry = await schedules('backfill', 'canary', ...range, ...REASON);
  expect(dry.out).toBe(
    '2026-03-01T00:02:00.000Z\n2026-03-01T00:07:00.000Z\n2026-03-01T00:12:00.000Z\n3 slots would be run; say --yes to do it.\n',
  );
  const done = await schedules('backfill', 'canary', ...range, ...REASON, '--yes', '--json');
  expect(JSON.parse(done.out).runs).toHaveLength(3);
  expect(JSON.parse((await schedules('trigger', 'canary', ...REASON, '--json')).out).runs).toHaveLength(1);
  const actions = await stack.query('select action from ops_audit where actor like $1 order by id', ['cli:%']);
  expect(actions.map(({ action }) => action)).toEqual(
    ['pause', 'resume', 'backfill', 'trigger'].map((does) => `schedule.${does}`),
  );
});

test.each<[string, string[], RegExp]>([
  ['no reason', ['pause', 'canary'], /--reason/],
  ['a short reason', ['pause', 'canary', '--reason', 'because'], /at least 10 characters/],
  ['an unknown schedule', ['trigger', 'nightly', ...REASON], /there is no schedule nightly/],
  ['a range that ends before it begins', ['backfill', 'canary', '--from', '1h', '--to', '2h', ...REASON], /later than/],
  ['a range that is too long', ['backfill', 'canary', '--from', '7d', '--to', '1m', ...REASON], /more slots/],
  [
    'a moment that is none',
    ['backfill', 'canary', '--from', 'yesterday', '--to', '1m', ...REASON],
    /--from is a moment/,
  ],
])('%s is wrong usage', LONG, async (_, args, says) => {
  const { code, out, err } = await schedules(...args);
  expect(code, err).toBe(1);
  expect(err).toMatch(says);
  expect(out).toBe('');
});
