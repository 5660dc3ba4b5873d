import { expect, test } from 'vitest';
import { momentOf } from '../../cli/moments.ts';
import { deadLettersOf } from '../api/support/dead-letters.ts';
import { runs } from '../api/support/runs.ts';
import { testDatabase } from '../support/database.ts';
import { cairn } from './cairn.ts';

const { db, url, query } = await testDatabase();
const uploads = (...args: string[]) => cairn(['uploads', ...args], { DATABASE_URL: url });
const runOf = async (id = '') => (await query<{ run: number }>('select run from uploads where id = $1', [id]))[0]?.run;
const REASON = ['--reason', 'the blob store was restored'];

/** Each command is a process that compiles itself: 1 s alone, 20 s on a machine with a load of 25. */
const PATIENT = { timeout: 180_000 };

test('failed uploads are listed with counts, filtered, as tables and as JSON', PATIENT, async () => {
  const [old] = await deadLettersOf(db, 1, { account: 'list', minutesAgo: 180, build: 'b1' });
  const [young] = await deadLettersOf(db, 1, { account: 'list', code: 'processing/failed', build: 'b2' });
  const all = await uploads('failed', '--account', 'list');
  expect(all, all.err).toMatchObject({ code: 0, err: '' });
  for (const word of [old, young, 'processing/original-missing', 'b2']) expect(all.out).toContain(word);
  for (const [filter, id] of [
    [['--since', '2h', '--kind', 'bug', '--code', 'processing/failed'], young],
    [['--until', '2h', '--build', 'b1'], old],
  ] as const) {
    const { out } = await uploads('failed', '--account', 'list', '--json', ...filter);
    expect(JSON.parse(out), filter.join(' ')).toMatchObject({ total: 1, uploads: [{ id }] });
  }
  expect((await uploads('failed', '--account', 'nobody')).out).toBe('none\n');
});

test('a re-drive only counts until it is confirmed; then it is done, with its reason', PATIENT, async () => {
  const ids = await deadLettersOf(db, 3, { account: 'redrive' });
  const filter = ['--account', 'redrive', ...REASON];
  const dry = await uploads('redrive', ...filter);
  expect(dry, dry.err).toMatchObject({ code: 0 });
  expect(dry.out).toContain('3 would be re-driven');
  expect(await runOf(ids[0])).toBe(1);
  const done = await uploads('redrive', ...filter, '--rate', '30', '--yes', '--json');
  expect(JSON.parse(done.out)).toMatchObject({ dryRun: false, count: 3, ratePerMinute: 30 });
  for (const id of ids) expect(await runOf(id)).toBe(2);
  expect(await query('select actor, action, reason from ops_audit')).toEqual([
    { actor: expect.stringMatching(/^cli:.+/), action: 'uploads.redrive', reason: REASON[1] },
  ]);
  expect((await uploads('redrive', ...filter, '--yes')).out).toContain('nothing to re-drive');
});

test('one upload is shown with its runs, and re-driven by its id', PATIENT, async () => {
  const [id = ''] = await deadLettersOf(db, 1, { account: 'one', code: 'gpx/malformed', build: 'b1' });
  expect((await uploads('redrive', id, ...REASON)).out).toContain('Nothing was done');
  expect(await runOf(id)).toBe(1);
  expect(await uploads('redrive', id, ...REASON, '--yes')).toMatchObject({
    code: 0,
    out: `${id} is processed again.\n`,
  });
  await runs(db, id, 2);
  const shown = await uploads('show', id, '--json');
  expect(JSON.parse(shown.out)).toMatchObject({ id, state: 'ready', run: 2, earlierRuns: [{ run: 1, build: 'b1' }] });
});

test.each<[string, string[], RegExp]>([
  ['no reason', ['redrive', '--yes'], /--reason/],
  ['a short reason', ['redrive', '--yes', '--reason', 'because'], /at least 10 characters/],
  ['a rate of none', ['redrive', '--yes', ...REASON, '--rate', '0'], /--rate must be/],
  ['both yes and dry', ['redrive', '--yes', '--dry-run', ...REASON], /exclude each other/],
  ['an unknown code', ['failed', '--code', 'no/such'], /--code/],
  ['a moment that is none', ['failed', '--since', 'yesterday'], /--since is a moment/],
  ['a limit of none', ['failed', '--limit', '0'], /--limit/],
  ['an id that is none', ['show', 'x'], /there is no upload x/],
  ['an upload that is not there', ['redrive', '00000000-0000-4000-8000-000000000000', ...REASON], /there is no upload/],
])('%s is wrong usage: told, and nothing is done', async (_, args, says) => {
  const { code, out, err } = await uploads(...args);
  expect(code, err).toBe(1);
  expect(err).toMatch(says);
  expect(out).toBe('');
});

test('moments are dates, or so long ago', () => {
  const now = Date.UTC(2026, 10, 21);
  expect(momentOf('--since', '90m', now)).toEqual(new Date(now - 5_400_000));
  expect(momentOf('--since', '7d', now)).toEqual(new Date(now - 7 * 86_400_000));
  expect(momentOf('--since', '2026-11-20', now)).toEqual(new Date('2026-11-20T00:00:00Z'));
  expect(momentOf('--since', undefined, now)).toBeUndefined();
});
