import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { testNamespace } from '../support/namespace.ts';
import { cairn } from './cairn.ts';

const admin = new pg.Client({ connectionString: inject('databaseUrl') });
await admin.connect();
const name = `cli_${process.pid}`;
await admin.query(`create database ${name}`);
afterAll(async () => {
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

const temporal = inject('temporalAddress');
const DATABASE_URL = Object.assign(new URL(inject('databaseUrl')), { pathname: `/${name}` }).href;

test('migrate makes an empty database ready, asks Temporal for attributes and schedules, and can be repeated', async () => {
  const env = {
    DATABASE_URL,
    CAIRN_TEMPORAL_ADDRESS: temporal,
    CAIRN_TEMPORAL_NAMESPACE: await testNamespace(temporal),
    CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  };
  const files = (await readdir(new URL('../../db/migrations/', import.meta.url))).sort();
  const first = await cairn(['migrate'], env);
  expect(first, first.err).toMatchObject({ code: 0, err: '' });
  const schedules = (words: string) => SCHEDULE_IDS.map((id) => `cairn-${id} ${words}\n`).join('');
  expect(first.out).toBe(`applied ${files.join(', ')}\nthe search attributes are known\n${schedules('is created')}`);
  const again = await cairn(['migrate'], env);
  expect(again).toMatchObject({
    code: 0,
    out: `the database is up to date\nthe search attributes are known\n${schedules('is as declared')}`,
  });
});

test('without settings and without a running home the usage is wrong, and it says where it looked', async () => {
  const blank = { DATABASE_URL: '' };
  for (const env of [{}, blank]) {
    const { code, err } = await cairn(['keys', 'list'], env);
    expect(code).toBe(1);
    expect(err).toBe('cairn: no `npm start` is running in /nonexistent/home\n');
  }
});

test.each<[string, string[]]>([
  ['an unknown command', ['fly']],
  ['a revoke of nothing', ['keys', 'revoke']],
  ['keys without a word', ['keys']],
  ['nothing at all', []],
])('%s is wrong usage, code 1, with a word on standard error', async (_, args) => {
  const { code, out, err } = await cairn(args, { DATABASE_URL });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(/error: |Usage: cairn/);
});

test('help is asked for and given: code 0, every command named', async () => {
  const { code, out } = await cairn(['--help']);
  expect(code).toBe(0);
  for (const command of ['doctor', 'keys', 'uploads', 'schedules', 'migrate', 'histories'])
    expect(out).toContain(command);
});
