import { expect, test } from 'vitest';
import { keyWorks } from '../../cli/keys.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { testDatabase } from '../support/database.ts';
import { cairn } from './cairn.ts';

const { db, url, query } = await testDatabase();
const keys = (...args: string[]) => cairn(['keys', ...args], { DATABASE_URL: url });
const count = async () => (await query('select from api_keys')).length;

test('a key is made for an account, shown once, and works', async () => {
  const { code, out, err } = await keys('create', '--kind', 'account', '--account', 'ann', '--name', 'phone');
  expect(code, err).toBe(0);
  const key = out.split('\n')[0] ?? '';
  expect(key).toMatch(/^cairn_account_/);
  expect(await keyWorks(db, key)).toBe(true);
  const listed = await keys('list');
  expect(listed.out).toContain('phone');
  expect(listed.out).not.toContain(key.slice(-38));
});

test('as JSON a key is one object, and its expiry is kept', async () => {
  const made = await keys('create', '--kind', 'site', '--name', 'shop', '--days', '7', '--json');
  expect(made.code, made.err).toBe(0);
  const { id, key, kind, expiresAt } = JSON.parse(made.out);
  expect(kind).toBe('site');
  expect(await keyWorks(db, key)).toBe(true);
  const listed = await keys('list', '--json');
  expect(listed.code).toBe(0);
  const rows: { id: string; expiresAt: string | null }[] = JSON.parse(listed.out);
  expect(rows.find((row) => row.id === id)).toMatchObject({ kind: 'site', name: 'shop', revokedAt: null, expiresAt });
  expect(new Date(expiresAt).getTime()).toBeGreaterThan(Date.now());
});

test('a revoked key stops working, is listed as revoked, and cannot be revoked again', async () => {
  const { id, key } = JSON.parse((await keys('create', '--kind', 'operator', '--name', 'x', '--json')).out);
  expect(await keys('revoke', id)).toMatchObject({ code: 0, out: `${id} is revoked.\n` });
  expect(await keyWorks(db, key)).toBe(false);
  expect((await keys('list')).out).toMatch(new RegExp(`${id}.*revoked`));
  expect(await keys('revoke', id)).toMatchObject({ code: 1, err: `cairn: there is no live key ${id}\n` });
});

test.each<[string, string[], RegExp]>([
  ['an account key without its account', ['--kind', 'account', '--name', 'x'], /--account/],
  ['another key with an account', ['--kind', 'site', '--account', 'ann', '--name', 'x'], /--account/],
  ['an account that no header could name', ['--kind', 'account', '--account', 'Ann B', '--name', 'x'], /--account/],
  ['an unknown kind', ['--kind', 'king', '--name', 'x'], /--kind/],
  ['an empty name', ['--kind', 'site', '--name', ''], /--name/],
  ['no days at all', ['--kind', 'site', '--name', 'x', '--days', '0'], /--days/],
  ['days that are no number', ['--kind', 'site', '--name', 'x', '--days', 'soon'], /--days/],
])('%s is wrong usage: told, and nothing is made', async (_, args, says) => {
  const before = await count();
  const { code, out, err } = await keys('create', ...args);
  expect(code, err).toBe(1);
  expect(err).toMatch(says);
  expect(out).toBe('');
  expect(await count()).toBe(before);
});

test('a database that is away is a failure, code 2, with its reason and without a stack', async () => {
  const port = await freePort();
  const { code, err } = await cairn(['keys', 'list'], { DATABASE_URL: `postgres://x:pa55@127.0.0.1:${port}/x` });
  expect(code).toBe(2);
  expect(err).toBe(`cairn: connect ECONNREFUSED 127.0.0.1:${port}\n`);
});
