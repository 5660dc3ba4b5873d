import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { cairn } from './cairn.ts';

const database = await testDatabase();
const accounts = (...args: readonly string[]) => cairn(['accounts', ...args], { DATABASE_URL: database.url });
const REASON = ['--reason', 'because the test says so', '--json'];

/** Each command is a process that compiles itself. */
const LONG = { timeout: 300_000 };

test('link, show, unlink, unlinked: an operator without the API', LONG, async () => {
  expect((await accounts('show', 'walker')).code).toBe(1);
  expect((await accounts('link', 'walker', 'sub_1', ...REASON)).code).toBe(1);
  const linked = await accounts('link', 'walker', 'cus_1', ...REASON);
  expect(JSON.parse(linked.out)).toEqual({ auditId: expect.any(Number) });
  const shown = JSON.parse((await accounts('show', 'walker', '--json')).out);
  expect(shown).toMatchObject({ account: 'walker', plan: 'free', customers: [{ id: 'cus_1', linkedBy: 'operator' }] });
  expect((await accounts('unlink', 'runner', 'cus_1', ...REASON)).code).toBe(1);
  expect((await accounts('unlink', 'walker', 'cus_1', ...REASON)).code).toBe(0);
  const [nobody] = JSON.parse((await accounts('unlinked', '--json')).out);
  expect(nobody).toMatchObject({ customerId: 'cus_1', account: null, linkedBy: 'operator' });
  const kept = await database.query(`select action, actor ~ '^cli:' as cli from ops_audit order by id`);
  expect(kept).toEqual(['accounts.link', 'accounts.unlink'].map((action) => ({ action, cli: true })));
});
