import { expect, test } from 'vitest';
import { findSql, isSql } from './support/find-sql.ts';
import { parse, roomOf, sourceFiles } from './support/source-files.ts';

/** Tests look into the database as they like. */
const MAY_HOLD_SQL = new Set(['db', 'test', 'bench']);

test('SQL stands in db/ and nowhere else', () => {
  const found = sourceFiles()
    .filter((path) => !MAY_HOLD_SQL.has(roomOf(path)))
    .flatMap((path) => findSql(parse(path)).map((line) => `${path}:${line}`));
  expect(found).toEqual([]);
});

test.each([
  'select id from uploads where id = $1',
  '\n  with claimed as (select 1) update uploads set state = $1',
  'INSERT INTO uploads (id) VALUES ($1)',
  'update uploads set state = $1',
  'delete from uploads',
  'create unique index x on y (z)',
  'listen uploads',
  'begin',
])('%j is taken for SQL', (text) => {
  expect(isSql(text)).toBe(true);
});

test.each(['select a file', 'Update settings', 'begin the upload', 'with care', 'create a key', 'drop a file'])(
  '%j is not',
  (text) => {
    expect(isSql(text)).toBe(false);
  },
);

test('statements are found in plain and in filled-in literals, with their lines', () => {
  const text = ["const a = 'hello';", 'const b = `select $' + '{x} from uploads`;', "const c = 'delete from uploads';"];
  expect(findSql(parse('x.ts', text.join('\n')))).toEqual([2, 3]);
});
