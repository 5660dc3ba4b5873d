import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { readyUploads } from '../support/reprocess.ts';
import { cairn } from './cairn.ts';

const { db, url, query } = await testDatabase();
const reprocess = (...args: string[]) => cairn(['reprocess', ...args], { DATABASE_URL: url });
const REASON = ['--reason', 'the pipeline measures climbs anew'];

/** Each command is a process that compiles itself: 1 s alone, 20 s on a machine with a load of 25. */
const PATIENT = { timeout: 180_000 };

test(
  'an order is counted, given, listed, paced, paused, resumed and cancelled, each with its reason',
  PATIENT,
  async () => {
    await readyUploads(db, 3);
    const filter = ['all', '--state', 'ready', '--pipeline', '2', '--plan', 'free', '--account', 'tester', ...REASON];
    const dry = await reprocess(...filter);
    expect(dry, dry.err).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toContain('3 would be processed again');
    expect(await query('select * from reprocess_orders')).toEqual([]);
    const given = await reprocess(...filter, '--rate', '90', '--yes', '--json');
    expect(given, given.err).toMatchObject({ code: 2 }); // not done yet
    const { id, selected, ratePerMinute } = JSON.parse(given.out);
    expect({ selected, ratePerMinute }).toEqual({ selected: 3, ratePerMinute: 90 });
    expect((await reprocess('list')).out).toContain('received');
    expect((await reprocess('rate', String(id), '60', ...REASON)).out).toContain('at most 60 a minute');
    expect((await reprocess('pause', String(id), ...REASON)).out).toContain(`order ${id}: paused`);
    expect((await reprocess('resume', String(id), ...REASON)).out).toContain(`order ${id}: received`);
    expect(await reprocess('cancel', String(id), ...REASON)).toMatchObject({ code: 0 });
    const shown = await reprocess('show', String(id), '--json');
    expect(shown).toMatchObject({ code: 2 });
    expect(JSON.parse(shown.out)).toMatchObject({ state: 'cancelled', run: 2, left: 3, actions: [{}, {}, {}, {}] });
    expect(await query(`select distinct actor like 'cli:%' as here, reason from ops_audit`)).toEqual([
      { here: true, reason: REASON[1] },
    ]);
  },
);

test.each<[string, string[], RegExp]>([
  ['no reason', ['all', '--yes'], /--reason/],
  ['a rate of none', ['all', '--rate', '0', ...REASON], /--rate must be/],
  ['both yes and dry', ['all', '--yes', '--dry-run', ...REASON], /exclude each other/],
  ['a pipeline that is none', ['all', '--pipeline', 'x', ...REASON], /--pipeline is the number/],
  ['a plan that is none', ['all', '--plan', 'gold', ...REASON], /--plan/],
  ['an order that is not there', ['show', '77'], /There is no such order/],
  ['an order that is none', ['pause', 'x', ...REASON], /there is no order x/],
])('%s is wrong usage: told, and nothing is done', PATIENT, async (_, args, says) => {
  const { code, out, err } = await reprocess(...args);
  expect(code, err).toBe(1);
  expect(err).toMatch(says);
  expect(out).toBe('');
});
